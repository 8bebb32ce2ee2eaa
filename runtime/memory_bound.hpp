#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <penstock/runtime/graph.hpp>
#include <penstock/runtime/settings.hpp>

namespace penstock {

/// How many bytes of items a run of a graph can hold at most, as the sum of:
/// - for each stage its capacity in bytes, the 2 x workers items that bytes never hold back, and one item per
///   input that is let in by its last byte of credit;
/// - for each producer what may be done and not yet sent: 2 items per worker where one comes of one or where
///   a generator is suspended, else max_output items per worker; with operators behind that make many of one,
///   max_output for each of the items that go through them at a time;
/// - for each producer that makes many of one, side by side and in order, once more its consumer's capacity
/// in
///   bytes: results that wait for an older item;
/// - for each gather what it may hold of the open jobs.
///
/// What a body holds for itself while it works is not counted, nor what items that are done leave behind: a
/// batch's memory goes when its last item does, so each worker may keep that of one batch.
struct memory_estimate {
  std::uint64_t bytes = 0;
  std::vector<std::string>
      undeclared;  ///< stages whose items vary in size and have no max_item: not in `bytes`
  std::vector<std::string> open_ended;  ///< producers with any number of outputs and no max_output: the same
};

/// Throws what a start of the graph would.
memory_estimate estimate_memory(const graph& g, const settings& overrides = {});

/// The estimate's bytes, 0 if there is no bound as something is not declared.
std::uint64_t memory_bound(const graph& g);

}  // namespace penstock
