#include <penstock/runtime/status_line.hpp>

#include <algorithm>
#include <cstdint>

#include <penstock/runtime/number_text.hpp>

namespace penstock {

std::string status_line(const run_snapshot& run) {
  std::uint64_t acked = 0;
  std::uint64_t nacked = 0;
  std::uint64_t arrived = 0;
  std::uint64_t letters = 0;
  for (const stage_snapshot& each : run.stages) {
    acked += each.acked;
    nacked += each.nacked;
    letters += each.dead_letters;
    if (each.kind == "sink") arrived += each.in - std::min(each.in, each.queued + each.in_work);
  }
  const bool acknowledges = acked + nacked > 0;
  std::string text = run.state + ", " + grouped_count(acknowledges ? acked : arrived) + " done";
  if (nacked > 0) text += ", " + grouped_count(nacked) + " refused";
  if (letters > 0) text += ", " + grouped_count(letters) + (letters == 1 ? " dead letter" : " dead letters");
  return text;
}

}  // namespace penstock
