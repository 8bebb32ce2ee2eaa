#pragma once

#include <algorithm>
#include <cstdint>

#include <penstock/actors/histogram.hpp>

namespace penstock {

/// What a stage did and how its workers spent their time. Times in ns. The stage's thread only.
class meter {
 public:
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  std::uint64_t dropped = 0;
  std::uint64_t retries = 0;
  std::uint64_t failures = 0;
  std::uint64_t skipped = 0;
  std::uint64_t dead_letters = 0;
  histogram queue_wait;
  histogram service;

  void start(std::int64_t now) { last_ = now; }

  /// Accounts the time since the last call: so many workers were busy, so many had work but no credit, the
  /// rest idle.
  void advance(std::int64_t now, unsigned busy, unsigned blocked, unsigned workers) {
    const auto elapsed = static_cast<double>(std::max<std::int64_t>(0, now - last_));
    last_ = std::max(last_, now);
    busy_ += elapsed * busy;
    blocked_ += elapsed * blocked;
    idle_ += elapsed * (workers - std::min(workers, busy + blocked));
  }

  double total() const { return busy_ + blocked_ + idle_; }
  double busy() const { return total() > 0 ? busy_ / total() : 0; }
  double blocked() const { return total() > 0 ? blocked_ / total() : 0; }
  /// The three shares add up to one, also before any time has passed.
  double idle() const { return 1 - busy() - blocked(); }

 private:
  std::int64_t last_ = 0;
  double busy_ = 0;
  double blocked_ = 0;
  double idle_ = 0;
};

}  // namespace penstock
