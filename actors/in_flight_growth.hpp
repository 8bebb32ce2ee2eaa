#pragma once

#include <algorithm>
#include <cstdint>

namespace penstock {

/// How many jobs a source may have under way. Where the program does not say, the number grows for a chunk
/// stage behind the source: as long as chunks leave short by their delay although the source has more, and
/// jobs reach them soon. Jobs that take long on their way are never hoarded. Plain data.
class in_flight_growth {
 public:
  /// Longer than this (ns) on its way to a chunk, and a job counts as long.
  static constexpr std::int64_t soon = 1'000'000'000;

  /// `most`: what it may grow to; not above `first`: it stays as it is. `first` 0: there is no limit.
  in_flight_growth(std::uint32_t first, std::uint32_t most) : limit_{first}, most_{most} {}

  std::uint32_t limit() const { return limit_; }

  /// A chunk left short by its delay while `under_way` jobs had no verdict; `way` (ns): the longest that one
  /// of its items took to get there.
  void chunk_left_short(std::uint64_t under_way, std::int64_t way) {
    const bool has_more = under_way >= limit_;
    if (limit_ == 0 || limit_ >= most_ || !has_more || way >= soon) return;
    limit_ = limit_ > most_ / 2 ? most_ : 2 * limit_;
  }

 private:
  std::uint32_t limit_;
  std::uint32_t most_;
};

}  // namespace penstock
