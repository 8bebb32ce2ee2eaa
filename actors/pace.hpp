#pragma once

#include <algorithm>
#include <cstdint>

namespace penstock {

/// Decides how many items a worker takes at a time: about `target` ns worth of them, judged by what the last
/// ones took. The first piece is one item, and pieces at most double, so that a guess is never far off. Plain
/// data.
class pace {
 public:
  /// `most`: never more than so many items.
  pace(std::int64_t target, std::uint32_t most) : target_{target}, most_{most} {}

  std::uint32_t suggestion() const { return suggestion_; }
  std::int64_t mean() const { return mean_; }  ///< ns an item
  bool known() const { return scaled_mean_ > 0; }

  void finished(std::uint32_t items, std::int64_t elapsed) {
    if (items == 0) return;
    const auto each = std::max<std::int64_t>(0, elapsed) * scale / items;
    // Slower than expected counts at once, faster only bit by bit.
    scaled_mean_ = each > scaled_mean_ ? each : scaled_mean_ + (each - scaled_mean_) / 4;
    mean_ = scaled_mean_ / scale;
    const auto fitting = scaled_mean_ == 0 ? most_ : target_ * scale / scaled_mean_;
    const auto bounded = std::clamp<std::int64_t>(fitting, 1, most_);
    suggestion_ = static_cast<std::uint32_t>(
        std::min<std::int64_t>(bounded, 2 * static_cast<std::int64_t>(suggestion_)));
  }

 private:
  static constexpr std::int64_t scale = 64;  ///< keeps fractions of a nanosecond

  std::int64_t target_;
  std::uint32_t most_;
  std::uint32_t suggestion_ = 1;
  std::int64_t scaled_mean_ = 0;
  std::int64_t mean_ = 0;
};

}  // namespace penstock
