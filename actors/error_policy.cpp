#include <penstock/actors/error_policy.hpp>

#include <algorithm>

namespace penstock {

namespace {

std::chrono::nanoseconds retry_delay(const error_rule& rule, std::uint32_t attempt, double jitter) {
  auto delay = rule.backoff;
  for (std::uint32_t i = 1; i < attempt && delay < rule.backoff_cap; ++i) delay *= 2;
  delay = std::min(delay, rule.backoff_cap);
  return std::chrono::nanoseconds{
      static_cast<std::int64_t>(static_cast<double>(delay.count()) * (0.5 + jitter / 2))};
}

}  // namespace

error_policy::decision error_policy::decide(std::uint32_t attempt, const std::exception_ptr& error,
                                            double jitter) const {
  for (const error_rule& rule : rules_) {
    if (rule.matches && !rule.matches(error)) continue;
    const bool again = rule.action == error_action::retry || rule.action == error_action::restart;
    if (!again) return {rule.action, {}, true};
    if (attempt <= rule.retries) return {rule.action, retry_delay(rule, attempt, jitter), true};
  }
  return {error_action::fail, {}, false};
}

bool error_policy::uses(error_action action) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [=](const error_rule& rule) { return rule.action == action; });
}

}  // namespace penstock
