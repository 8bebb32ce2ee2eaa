#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace penstock_simulation {

/// What came of one seed.
struct trial_result {
  std::vector<std::string> violations;  ///< empty: it passed
  std::string graph;                    ///< its description, where there are violations or it was asked for
  std::uint64_t trace = 0;
  std::uint64_t turns = 0;
};

/// Draws the graph of a seed, runs it and compares with the model.
trial_result try_seed(std::uint64_t seed, bool verbose);

}  // namespace penstock_simulation
