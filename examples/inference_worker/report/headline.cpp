#include <chrono>

#include "report/sections.hpp"

namespace inference {

namespace {

std::string figure(const std::string& value, const std::string& unit, const std::string& label) {
  return "<div class=\"figure\"><div class=\"value\">" + value + "<span class=\"unit\">" + unit +
         "</span></div><div class=\"label\">" + label + "</div></div>\n";
}

/// The verdict of the run in one coloured word.
std::string badge(const report_facts& facts) {
  if (facts.run.state != "done") return "<span class=\"badge bad\">" + escaped(facts.run.state) + "</span>";
  if (facts.jobs_given_up != 0 || facts.results.failed != 0)
    return "<span class=\"badge warn\">done, with losses</span>";
  return "<span class=\"badge good\">done</span>";
}

}  // namespace

std::string headline_section(const report_facts& facts) {
  const double seconds = std::chrono::duration<double>(facts.run.elapsed).count();
  std::string html =
      "<header>\n<p class=\"over\">penstock</p>\n<h1>" + escaped(facts.run.graph) + " " + badge(facts) +
      "</h1>\n<p class=\"lead\">Jobs of Fashion-MNIST test images, fetched, classified by a small "
      "convolutional network and put together again by a graph of actor pools under credit.</p>\n";
  if (!facts.run.failure.empty()) html += "<p class=\"notice bad\">" + escaped(facts.run.failure) + "</p>\n";
  if (facts.jobs_given_up != 0) {
    html += "<p class=\"notice warn\">" + grouped(facts.jobs_given_up) +
            " jobs were given up and lie in the dead letter file.</p>\n";
  }
  html += "</header>\n<section class=\"figures\">\n";
  html += figure(fixed(100 * facts.results.accuracy(), 2), " %", "accuracy");
  html += figure(grouped(facts.results.images), "", "images");
  html += figure(grouped(facts.results.job_sizes.size()), "", "jobs");
  html += figure(grouped(static_cast<std::size_t>(facts.images_per_second)), " /s", "images per second");
  html += figure(fixed(seconds, 2), " s", "run time");
  return html + "</section>\n";
}

}  // namespace inference
