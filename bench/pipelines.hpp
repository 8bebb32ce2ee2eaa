#pragma once

#include <cstdint>
#include <optional>

#include <penstock/penstock.hpp>

/// Our side of what several cases measure. All with default options, unless the case names one.
namespace bench::pipelines {

namespace ps = penstock;

/// Runs `graph` to its end in a runtime of its own. Returns the seconds from the start of the run to its end;
/// making and ending the runtime is left out, as it is for the peers.
double seconds_of(const ps::graph& graph);

/// The runtime options of every measurement: the defaults, and no progress line between the table's.
ps::runtime_options quiet_options();

/// A source of 0, 1, ... items - 1.
class numbers {
 public:
  explicit numbers(std::uint64_t items) : items_{items} {}

  std::optional<std::uint64_t> operator()() {
    if (next_ == items_) return std::nullopt;
    return next_++;
  }

 private:
  std::uint64_t items_;
  std::uint64_t next_ = 0;
};

/// Source, `stages` stages of `workers` workers that add 1, and a sink. Returns nanoseconds an item, all hops
/// together.
double add_ones(std::uint64_t items, unsigned stages, unsigned workers);

/// As `add_ones` with 3 stages of 2 workers; the numbers come in jobs of `block` each, of which 64 (for jobs
/// of one number: 65,536) are out at a time. `acknowledged`: the source is told of every job.
double add_ones_in_jobs(std::uint64_t items, std::uint64_t block, bool acknowledged);

}  // namespace bench::pipelines
