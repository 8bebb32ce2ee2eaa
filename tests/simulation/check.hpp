#pragma once

#include <map>
#include <string>
#include <vector>

#include <penstock/actors/run_controller.hpp>
#include <penstock/runtime/snapshot.hpp>

#include "journal.hpp"
#include "shape.hpp"
#include "simulated_environment.hpp"

namespace penstock_simulation {

/// What is known of a stage before it runs, for the checks of its custody.
struct stage_limits {
  std::uint64_t inputs = 0;
  std::uint64_t capacity = 0;  ///< the largest that it ever had
  std::uint64_t bytes = 0;
  std::uint64_t workers = 0;  ///< the most that it ever had
};

/// All that a run left behind.
struct facts {
  penstock::run_result::state state;
  penstock::run_snapshot last;
  std::map<std::string, stage_limits> limits;
  std::vector<simulated_environment::last_credit> credit;
  bool drained = false;  ///< somebody told it to
  bool aborted = false;  ///< somebody told it to, or set a deadline
};

/// The sentences that do not hold; empty if all is well.
std::vector<std::string> check(const shape& s, const journal& log, const facts& seen);

// Parts of it.

/// Credit is conserved: what was reserved for outputs is given back, and no edge has more than its limit.
std::vector<std::string> check_credit(const journal& log, const facts& seen);
/// Every dead letter holds the item that it says, under the number that this item has, no two have the same
/// key, and there are as many as the figures say.
std::vector<std::string> check_letters(const shape& s, const journal& log, const facts& seen);

}  // namespace penstock_simulation
