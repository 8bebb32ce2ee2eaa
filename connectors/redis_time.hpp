#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace penstock {

/// What a process expects the time of a queue on a server to be: the last one that it heard, and what has
/// passed since by its own clock, which goes on evenly. Plain data; times are microseconds.
class redis_time {
 public:
  /// As scripts are told.
  struct expectation {
    std::string expected;  ///< and the jumps known of; empty: nothing is known
    std::string early;     ///< a time that is further before it than that has jumped
    std::string late;      ///< as much behind it
    std::string watched;   ///< for so long there was no jump
  };

  expectation at(std::int64_t own, std::chrono::nanoseconds lease) const;
  /// The queue's time, in an answer to a call that took from `sent` until `received`. `jumps`: of clocks, as
  /// all together have judged.
  void answered(std::int64_t queue, std::int64_t jumps, std::int64_t sent, std::int64_t received);
  /// It is another queue.
  void forget() { last_.reset(); }

 private:
  struct answer {
    std::int64_t queue = 0;
    std::int64_t jumps = 0;
    std::int64_t sent = 0;
    std::int64_t received = 0;
    std::int64_t watched_since = 0;
  };
  std::optional<answer> last_;
};

}  // namespace penstock
