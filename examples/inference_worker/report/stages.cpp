#include <algorithm>

#include "report/sections.hpp"

namespace inference {

namespace {

std::string bar_part(const std::string& kind, double share) {
  if (share <= 0) return "";
  return "<i class=\"" + kind + "\" style=\"width:" + fixed(100 * share, 2) + "%\"></i>";
}

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

std::string row(const penstock::stage_snapshot& stage) {
  std::string html = "<tr><th scope=\"row\">" + escaped(stage.name) + "<small>" + escaped(stage.kind) +
                     " · " + std::to_string(stage.workers) + " × " + escaped(stage.pool) + "</small></th>";
  html += "<td class=\"bar\"><div class=\"stack\" title=\"busy " + percent(stage.busy) + ", blocked " +
          percent(stage.blocked) + ", idle " + percent(stage.idle) + "\">" + bar_part("busy", stage.busy) +
          bar_part("blocked", stage.blocked) + bar_part("idle", stage.idle) + "</div></td>";
  html += "<td>" + percent(stage.busy) + "</td><td>" + grouped(stage.in) + "</td><td>" + grouped(stage.out) +
          "</td>";
  html += "<td>" + readable_time(stage.queue_wait.p50) + "</td><td>" + readable_time(stage.service.p50) +
          "</td><td>" + readable_time(stage.service.p99) + "</td>";
  html += "<td>" + grouped(stage.peak_custody) + "</td><td>" + grouped(stage.failures) + "</td></tr>\n";
  return html;
}

}  // namespace

std::string stages_section(const penstock::run_snapshot& run) {
  std::string html =
      "<section>\n<h2>Stages</h2>\n<p class=\"note\">How the workers of each stage spent the run. ";
  const auto busiest =
      std::max_element(run.stages.begin(), run.stages.end(),
                       [](const auto& left, const auto& right) { return left.busy < right.busy; });
  if (busiest != run.stages.end()) {
    html += "The busiest one, <b>" + escaped(busiest->name) + "</b>, sets the pace.";
  }
  html +=
      "</p>\n<p class=\"legend\"><i class=\"busy\"></i>busy <i class=\"blocked\"></i>waiting for credit "
      "downstream "
      "<i class=\"idle\"></i>idle</p>\n<div class=\"scroll\"><table "
      "class=\"stages\">\n<thead><tr><th>stage</th>"
      "<th></th><th>busy</th><th>in</th><th>out</th><th>wait p50</th><th>service p50</th><th>service p99</th>"
      "<th>peak held</th><th>failures</th></tr></thead>\n<tbody>\n";
  for (const penstock::stage_snapshot& stage : run.stages) html += row(stage);
  return html + "</tbody></table></div>\n</section>\n";
}

}  // namespace inference
