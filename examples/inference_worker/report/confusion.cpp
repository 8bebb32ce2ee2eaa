#include <algorithm>
#include <cmath>

#include "data/dataset.hpp"
#include "report/sections.hpp"

namespace inference {

namespace {

/// A share as the strength of a colour; the root lifts small shares, which are what one looks for off the
/// diagonal.
std::string strength(double share) { return fixed(std::sqrt(share), 3); }

std::string cell(std::size_t count, std::size_t of, std::size_t truth, std::size_t label) {
  const double share = of == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(of);
  const bool right = truth == label;
  std::string html = "<td class=\"";
  html += right ? "hit" : "miss";
  if (share > (right ? 0.3 : 0.2)) html += " strong";
  html += "\" style=\"--s:" + strength(right ? share : std::min(1.0, 4 * share)) + "\" title=\"" +
          std::string{class_names[truth]} + " taken for " + std::string{class_names[label]} + ": " +
          grouped(count) + " of " + grouped(of) + "\">" + (count == 0 ? "·" : grouped(count)) + "</td>";
  return html;
}

}  // namespace

std::string confusion_section(const evaluation& results) {
  std::string html =
      "<section>\n<h2>Confusion matrix</h2>\n<p class=\"note\">Rows are what an image shows, columns what "
      "the network "
      "took it for.</p>\n<div class=\"scroll\"><table class=\"confusion\">\n<thead><tr><th></th>";
  for (const std::string_view name : class_names)
    html += "<th class=\"up\"><span>" + std::string{name} + "</span></th>";
  html += "<th class=\"sum\">recall</th></tr></thead>\n<tbody>\n";
  for (std::size_t truth = 0; truth < shape::classes; ++truth) {
    std::size_t of = 0;
    for (const std::size_t count : results.confusion[truth]) of += count;
    html += "<tr><th scope=\"row\">" + std::string{class_names[truth]} + "</th>";
    for (std::size_t label = 0; label < shape::classes; ++label) {
      html += cell(results.confusion[truth][label], of, truth, label);
    }
    const double recall =
        of == 0 ? 0.0 : static_cast<double>(results.confusion[truth][truth]) / static_cast<double>(of);
    html += "<td class=\"sum\">" + fixed(100 * recall, 1) + " %</td></tr>\n";
  }
  html += "</tbody>\n<tfoot><tr><th>precision</th>";
  for (std::size_t label = 0; label < shape::classes; ++label) {
    std::size_t of = 0;
    for (std::size_t truth = 0; truth < shape::classes; ++truth) of += results.confusion[truth][label];
    const double precision =
        of == 0 ? 0.0 : static_cast<double>(results.confusion[label][label]) / static_cast<double>(of);
    html += "<td class=\"sum\">" + fixed(100 * precision, 1) + "</td>";
  }
  return html + "<td></td></tr></tfoot></table></div>\n</section>\n";
}

}  // namespace inference
