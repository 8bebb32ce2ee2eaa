#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <vector>

namespace penstock {

/// What to do with an item whose body threw.
enum class error_action {
  retry,        ///< try it again after `delay`
  restart,      ///< the same, with a new worker in place of the one that failed
  skip,         ///< drop it; counts as success
  dead_letter,  ///< write it down, then drop it; counts as success
  fail,         ///< the run fails with the exception
};

/// One rule of a policy. It applies to exceptions that `matches` accepts, all of them if it is empty.
struct error_rule {
  error_action action = error_action::fail;
  std::uint32_t retries = 0;            ///< for retry and restart: attempts after the first
  std::chrono::nanoseconds backoff{0};  ///< before the first retry; doubles with each, up to `backoff_cap`
  std::chrono::nanoseconds backoff_cap = std::chrono::seconds{30};
  std::function<bool(const std::exception_ptr&)> matches;
};

/// A stage's rules for failed items, tried in the order given. Without a rule that applies the run fails.
class error_policy {
 public:
  struct decision {
    error_action action;
    std::chrono::nanoseconds delay{0};
    bool by_rule = true;  ///< false: no rule applied, so the run fails
  };

  error_policy() = default;
  explicit error_policy(std::vector<error_rule> rules) : rules_{std::move(rules)} {}

  /// `attempt` counts from 1. `jitter` in [0, 1) spreads retries: a delay is between half and all of the
  /// backoff.
  decision decide(std::uint32_t attempt, const std::exception_ptr& error, double jitter) const;

  bool empty() const { return rules_.empty(); }
  bool uses(error_action action) const;
  /// True if an item may be given to a body more than once.
  bool tries_again() const { return uses(error_action::retry) || uses(error_action::restart); }
  /// True if a failed item is needed after its body saw it.
  bool keeps_items() const { return tries_again() || uses(error_action::dead_letter); }

 private:
  std::vector<error_rule> rules_;
};

}  // namespace penstock
