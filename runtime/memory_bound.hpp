#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <penstock/runtime/graph.hpp>
#include <penstock/runtime/settings.hpp>

namespace penstock {

/// How many bytes of items a run of a graph can hold at most: for each stage its capacity in bytes, what its
/// workers may put out beyond their reservation (workers x max_output outputs where one item may have many),
/// and the 2 x workers items that bytes never hold back; for each gather what it may hold of the open jobs.
struct memory_estimate {
  std::uint64_t bytes = 0;
  std::vector<std::string>
      undeclared;  ///< stages whose items vary in size and have no max_item: not in `bytes`
};

/// Throws what a start of the graph would.
memory_estimate estimate_memory(const graph& g, const settings& overrides = {});

/// The estimate's bytes, 0 if some stage's item sizes are not known.
std::uint64_t memory_bound(const graph& g);

}  // namespace penstock
