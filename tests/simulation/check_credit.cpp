#include <algorithm>

#include "check.hpp"

namespace penstock_simulation {

std::vector<std::string> check_credit(const journal& log, const facts& seen) {
  std::vector<std::string> violations;
  // Who ends early throws away what had claims, and needs no credit any more.
  const bool whole = seen.state.phase == penstock::run_phase::done && !log.stopped;
  for (const auto& each : seen.credit) {
    if (whole && each.reserved != 0) {
      violations.push_back("'" + each.name + "' ended with credit reserved for " +
                           std::to_string(each.reserved) + " outputs");
    }
    if (whole && each.waiting != 0) {
      violations.push_back("'" + each.name + "' ended with " + std::to_string(each.waiting) +
                           " outputs that were not sent");
    }
    for (const auto& [consumer, left] : each.left) {
      const stage_limits& limit = seen.limits.at(consumer);
      const auto most = static_cast<std::int64_t>(std::max(limit.capacity, limit.inputs));
      if (left >= 0 && left <= most) continue;
      violations.push_back("'" + each.name + "' ended with credit of '" + consumer + "' for " +
                           std::to_string(left) + " items; its capacity is " +
                           std::to_string(limit.capacity));
    }
  }
  return violations;
}

}  // namespace penstock_simulation
