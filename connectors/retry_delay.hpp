#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace penstock {

/// How long a queue that is away is left alone: twice as long after each try that failed, up to 10 s, and at
/// random, so that many programs don't come back at once. Plain data.
class retry_delay {
 public:
  /// After one more failure. `random` is in [0, 1).
  std::chrono::nanoseconds after_failure(double random) {
    const auto doubled = first * (std::int64_t{1} << std::min(failures_, 10U));
    ++failures_;
    const auto longest = std::min<std::chrono::nanoseconds>(doubled, last);
    // Half of it at least.
    const auto spread = static_cast<double>(longest.count() / 2) * random;
    return longest / 2 + std::chrono::nanoseconds{static_cast<std::int64_t>(spread)};
  }
  void went_well() { failures_ = 0; }

  /// In a row.
  unsigned failures() const { return failures_; }

 private:
  static constexpr std::chrono::nanoseconds first = std::chrono::milliseconds{100};
  static constexpr std::chrono::nanoseconds last = std::chrono::seconds{10};

  unsigned failures_ = 0;
};

}  // namespace penstock
