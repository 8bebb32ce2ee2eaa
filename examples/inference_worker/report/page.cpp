#include "report/page.hpp"

#include "report/sections.hpp"
#include "report/style.hpp"

namespace inference {

std::string report_page(const report_facts& facts) {
  std::string page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += "<meta name=\"color-scheme\" content=\"light dark\">\n";
  page += "<title>penstock: " + escaped(facts.run.graph) + "</title>\n<style>";
  page += report_style;
  page += "</style>\n</head>\n<body>\n<main>\n";
  page += headline_section(facts);
  page += stages_section(facts.run);
  page += confusion_section(facts.results);
  page += mistakes_section(facts.results, facts.images);
  page += job_sizes_section(facts.results);
  page += "</main>\n</body>\n</html>\n";
  return page;
}

}  // namespace inference
