#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <penstock/actors/chunk_plan.hpp>
#include <penstock/actors/restart_policy.hpp>
#include <penstock/actors/worker.hpp>

namespace penstock {

/// Where a stage's workers run.
enum class pool_kind {
  cooperative,  ///< on the scheduler's threads; bodies return within about a millisecond
  blocking,     ///< one thread each; bodies may wait
  isolated,     ///< one process each; bodies may crash
  per_core,     ///< one thread each, meant to be as many as cores; for long computations
};

/// Sorts the items of a batch by key; keyed stages only.
class partitioner {
 public:
  virtual ~partitioner() = default;
  /// Moves the items into one batch per line; an item's key decides its line.
  virtual std::vector<batch> split(batch items, std::size_t lines) = 0;
};

/// Holds the pieces of open jobs; gather stages only.
class collector {
 public:
  virtual ~collector() = default;
  /// Takes items that are pieces of `of` into custody.
  virtual void hold(scope* of, batch items) = 0;
  virtual std::size_t held(scope* of) const = 0;
  /// All pieces of the job and its failures, as one item for the gather's body.
  virtual batch close(scope* of, std::vector<failure> failures) = 0;
  virtual void discard() = 0;
};

/// Everything that a stage actor is told about its stage. Immutable.
struct stage_plan : work_plan {
  std::string kind = "stage";  ///< stage, sink, scatter, gather, chunk or chain
  pool_kind pool = pool_kind::cooperative;
  unsigned workers = 1;
  bool ordered = false;
  bool one_to_many = false;  ///< an item may have many outputs: credit is reserved by outputs, not by items
  bool many_from_body = false;  ///< the same, without the fused operators
  bool holds_items = false;  ///< the body keeps items for its `on_end`: one without an output is not dropped
  bool lazy = false;         ///< the body suspends in the middle of an item
  std::uint32_t capacity = 4096;
  std::uint64_t bytes = 16ULL << 20;
  std::uint64_t max_input = 0;     ///< bytes of its heaviest input, 0: not known
  std::uint32_t gather_open = 0;   ///< gather: jobs that may be open
  std::uint32_t max_held = 65536;  ///< gather: pieces of one job
  std::uint32_t max_open = 64;     ///< scatter: jobs
  restart_policy restarts;
  bool in_group = false;                  ///< its workers are restarted when the run says so
  std::int64_t shutdown = 5'000'000'000;  ///< ns that they get to end when the group restarts
  std::function<std::unique_ptr<partitioner>()> make_partitioner;  ///< set: behind by_key
  std::function<std::unique_ptr<collector>()> make_collector;      ///< set: a gather stage
  ref<scope_pair> gather;                                          ///< set: a gather stage with its scatter
  chunk_plan chunk;                                                ///< of a chunk stage
};

}  // namespace penstock
