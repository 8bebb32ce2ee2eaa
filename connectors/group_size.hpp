#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace penstock {

/// How many jobs a source takes at once: as many as it may give on, but only a few megabytes of them, going
/// by what came before. Plain data.
class group_size {
 public:
  static constexpr std::uint64_t most_bytes = 4 << 20;
  /// Of a group, so that a store is not locked for long.
  static constexpr std::uint32_t longest = 1024;

  std::uint32_t within(std::uint32_t room) const { return std::min(room, most_); }

  void took(std::size_t jobs, std::uint64_t bytes) {
    if (jobs == 0) return;
    const auto fitting = most_bytes / std::max<std::uint64_t>(bytes / jobs, 1);
    const auto most = std::min<std::uint64_t>({fitting, std::uint64_t{2} * most_, longest});
    most_ = static_cast<std::uint32_t>(std::max<std::uint64_t>(most, 1));
  }

 private:
  std::uint32_t most_ = 16;  ///< nothing is known of the first ones
};

}  // namespace penstock
