#include <penstock/actors/restart_policy.hpp>

#include <algorithm>

namespace penstock {

namespace {

std::int64_t restart_delay(const restart_policy& policy, std::uint32_t in_a_row, double jitter) {
  if (in_a_row <= 1) return 0;
  auto delay = policy.backoff;
  for (std::uint32_t i = 2; i < in_a_row && delay < policy.backoff_cap; ++i) delay *= 2;
  delay = std::min(delay, policy.backoff_cap);
  return static_cast<std::int64_t>(static_cast<double>(delay.count()) * (0.5 + jitter / 2));
}

}  // namespace

std::optional<std::int64_t> restart_history::crashed(std::int64_t now, std::uint32_t in_a_row,
                                                     double jitter) {
  while (!recent_.empty() && now - recent_.front() >= policy_.window.count()) recent_.pop_front();
  if (recent_.size() >= policy_.most) return std::nullopt;
  recent_.push_back(now);
  ++total_;
  return restart_delay(policy_, in_a_row, jitter);
}

}  // namespace penstock
