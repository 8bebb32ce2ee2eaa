#include <penstock/actors/histogram.hpp>

#include <cmath>

namespace penstock {

void histogram::merge(const histogram& other) noexcept {
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) buckets_[bucket] += other.buckets_[bucket];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

double histogram::middle_of(std::size_t bucket) noexcept {
  if (bucket < 2 * fine) return static_cast<double>(bucket);
  const auto shift = bucket / fine - 1;
  const auto lowest = static_cast<std::uint64_t>(bucket % fine + fine) << shift;
  const auto width = std::uint64_t{1} << shift;
  return static_cast<double>(lowest) + static_cast<double>(width - 1) / 2;
}

double histogram::quantile(double q) const noexcept {
  if (count_ == 0) return 0;
  const auto exact_max = static_cast<double>(max_);
  const auto share = q > 0 ? std::min(q, 1.0) : 0.0;  // a NaN counts as zero
  const auto rank = std::max(1.0, std::ceil(share * static_cast<double>(count_)));
  if (rank >= static_cast<double>(count_)) return exact_max;
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    seen += buckets_[bucket];
    if (static_cast<double>(seen) >= rank) return std::min(middle_of(bucket), exact_max);
  }
  return exact_max;
}

percentiles histogram::summary() const noexcept {
  return {count_, quantile(0.5), quantile(0.9), quantile(0.99), static_cast<double>(max_)};
}

}  // namespace penstock
