#pragma once

#include <vector>

namespace bench {

/// What one process used that ran the memory case's graph and nothing else.
struct memory_use {
  double peak_rss = 0;  ///< bytes
  double bound = 0;     ///< bytes, as computed from the graph
  double custody = 0;   ///< the most that a stage ever had, in items or bytes, as a share of its capacity
};

/// Starts this program `count` times at once, each with an endless source and a slow sink for `seconds`. They
/// idle nearly all the time, so they don't disturb one another. Throws if one fails.
std::vector<memory_use> run_memory_children(unsigned count, unsigned seconds);

}  // namespace bench
