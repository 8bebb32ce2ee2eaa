#include <penstock/actors/source_body.hpp>

#include <algorithm>

#include <penstock/actors/actor.hpp>

namespace penstock {

namespace {

constexpr std::int64_t limit = 50'000;  ///< ns
constexpr std::uint32_t last_look = 64;

}  // namespace

bool fill_timer::look(std::uint32_t made) {
  if (fixed_) return true;
  const auto elapsed = time_.now() - began_;
  if (elapsed >= limit) return true;
  if (made < last_look) {
    next_look_ = 2 * made;
    return false;
  }
  fixed_ = true;
  const auto fitting = limit * made / std::max<std::int64_t>(1, elapsed);
  next_look_ = static_cast<std::uint32_t>(std::min<std::int64_t>(fitting, 1 << 30));
  return false;
}

}  // namespace penstock
