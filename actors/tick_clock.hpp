#pragma once

#include <cstdint>

namespace penstock {

/// std::chrono::steady_clock in nanoseconds, cheap enough to be read for every item: where the processor's
/// tick counter runs at a constant rate, a thread counts ticks from its last look at the real clock, which is
/// at most 50 us old. Readings of different threads differ by less than a microsecond; those of one thread
/// never go back. Any thread.
std::int64_t tick_clock_now();

/// What this thread's last reading was; without one, a new one. Costs next to nothing.
std::int64_t tick_clock_last();

/// The real clock, on the same scale.
std::int64_t steady_now();

}  // namespace penstock
