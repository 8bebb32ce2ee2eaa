#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

/// The same work done by others, each in a file of its own. All measure from the start of the work to its
/// end; what they need beside (an actor system, a task arena) is made before.
namespace bench::peers {

/// Source, 3 stages that add 1, and a sink, five actors on CAF's credit streams. Returns nanoseconds an item.
double caf_stream(std::uint64_t items);

/// The same as five serial filters of oneTBB's parallel_pipeline. Returns nanoseconds an item.
double tbb_pipeline(std::uint64_t items);

/// A message that goes round a ring of 4 event-based actors, one at a time. Returns the median of a round in
/// microseconds.
double caf_relay(std::uint32_t rounds);

/// `threads` bare threads that take the next number below `items` from a shared counter and do `work` on it.
/// Returns seconds.
double shared_counter(unsigned threads, std::uint64_t items, const std::function<void(std::uint64_t)>& work);

/// When the last of `durations` ends if the next one always goes to the worker that is free first: the bound
/// for that order of arrival.
double list_schedule(const std::vector<double>& durations, unsigned workers);

}  // namespace bench::peers
