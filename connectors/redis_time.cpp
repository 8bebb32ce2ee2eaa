#include <penstock/connectors/redis_time.hpp>

#include <algorithm>

namespace penstock {

redis_time::expectation redis_time::at(std::int64_t own, std::chrono::nanoseconds lease) const {
  if (!last_) return {"", "0", "0", "0"};
  using std::chrono::microseconds;
  const auto least = std::min<std::chrono::nanoseconds>(lease, std::chrono::seconds{4}) / 4;
  const auto tolerance = std::chrono::duration_cast<microseconds>(least).count();
  // When in the call the server looked at its clock, nobody knows.
  const auto took = last_->received - last_->sent;
  return {std::to_string(last_->queue + own - last_->received) + " " + std::to_string(last_->jumps),
          std::to_string(tolerance), std::to_string(tolerance + took),
          std::to_string(own - last_->watched_since)};
}

void redis_time::answered(std::int64_t queue, std::int64_t jumps, std::int64_t sent, std::int64_t received) {
  const auto since = last_ && last_->jumps == jumps ? last_->watched_since : received;
  last_ = answer{queue, jumps, sent, received, since};
}

}  // namespace penstock
