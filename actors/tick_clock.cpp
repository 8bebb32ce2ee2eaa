#include <penstock/actors/tick_clock.hpp>

#include <algorithm>
#include <chrono>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace penstock {

std::int64_t steady_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

#if defined(__x86_64__)

namespace {

constexpr std::int64_t window = 50'000;          ///< ns between two looks at the real clock
constexpr std::int64_t calibration = 1'000'000;  ///< ns before the rate of the ticks is trusted

/// The counter runs at a constant rate and in all sleep states (CPUID 8000'0007h, EDX bit 8).
bool ticks_are_constant() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(0x80000007U, &a, &b, &c, &d) != 0 && (d & (1U << 8)) != 0;
}

struct reading {
  std::uint64_t ticks;
  std::int64_t ns;
};

reading look() { return {__rdtsc(), steady_now()}; }

struct anchor {
  reading at{0, 0};
  std::uint64_t valid_for = 0;  ///< ticks
  double ns_per_tick = 0;
  std::int64_t last = 0;
};

thread_local constinit anchor mine;

std::int64_t look_again() {
  static const bool usable = ticks_are_constant();
  static const reading first = look();
  mine.at = look();
  mine.last = std::max(mine.last, mine.at.ns);
  if (usable && mine.at.ns - first.ns > calibration && mine.at.ticks > first.ticks) {
    mine.ns_per_tick =
        static_cast<double>(mine.at.ns - first.ns) / static_cast<double>(mine.at.ticks - first.ticks);
    mine.valid_for = static_cast<std::uint64_t>(static_cast<double>(window) / mine.ns_per_tick);
  }
  return mine.last;
}

}  // namespace

std::int64_t tick_clock_last() { return mine.last > 0 ? mine.last : tick_clock_now(); }

std::int64_t tick_clock_now() {
  // A thread that moved to a core whose counter is behind sees a huge difference and looks again.
  const std::uint64_t passed = __rdtsc() - mine.at.ticks;
  if (passed >= mine.valid_for) return look_again();
  const auto now = mine.at.ns + static_cast<std::int64_t>(static_cast<double>(passed) * mine.ns_per_tick);
  mine.last = std::max(mine.last, now);
  return mine.last;
}

#else

std::int64_t tick_clock_now() { return steady_now(); }
std::int64_t tick_clock_last() { return steady_now(); }

#endif

}  // namespace penstock
