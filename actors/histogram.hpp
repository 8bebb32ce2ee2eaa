#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <penstock/actors/percentiles.hpp>

namespace penstock {

/// Counts values (nanoseconds, items, bytes) in buckets that are 1/32 of their power of two wide, so that any
/// quantile is known to about 3 % whatever the range, in a fixed 11 KiB and without an allocation. Values
/// below 64 are exact; values from 2^48 (78 hours in nanoseconds) on share the last bucket, the largest value
/// is kept exactly.
///
/// Plain data: one thread at a time. Recording never throws and costs a few nanoseconds.
class histogram {
 public:
  /// Counts `value` so many times; a negative value (a clock that went back) counts as zero.
  void record(std::int64_t value, std::uint64_t times = 1) noexcept {
    const auto amount = value > 0 ? static_cast<std::uint64_t>(value) : 0;
    buckets_[bucket_of(amount)] += times;
    count_ += times;
    if (times > 0 && amount > max_) max_ = amount;
  }

  /// Adds what another histogram counted.
  void merge(const histogram& other) noexcept;

  void clear() noexcept { *this = histogram{}; }

  std::uint64_t count() const noexcept { return count_; }

  /// The largest value, exact; 0 while empty.
  std::uint64_t max() const noexcept { return max_; }

  /// The smallest value that at least the share `q` of all values does not exceed, off by half a bucket at
  /// most. `q` is clamped to 0..1; `quantile(1)` is the exact maximum. 0 while empty.
  double quantile(double q) const noexcept;

  percentiles summary() const noexcept;

 private:
  static constexpr unsigned fine_bits = 5;
  static constexpr std::size_t fine = std::size_t{1} << fine_bits;
  static constexpr unsigned value_bits = 48;
  static constexpr std::size_t bucket_count = (value_bits - fine_bits + 1) * fine;
  static constexpr std::uint64_t largest = (std::uint64_t{1} << value_bits) - 1;

  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    value = std::min(value, largest);
    if (value < fine) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - fine_bits - 1;
    return shift * fine + static_cast<std::size_t>(value >> shift);
  }

  static double middle_of(std::size_t bucket) noexcept;

  std::array<std::uint64_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace penstock
