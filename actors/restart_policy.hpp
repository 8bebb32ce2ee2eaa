#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace penstock {

/// How often workers of a stage may crash, and how soon a crashed one is replaced.
struct restart_policy {
  std::uint32_t most = 10;  ///< restarts within `window`; one more and the run fails
  std::chrono::nanoseconds window = std::chrono::minutes{1};
  /// A worker's first crash is mended at once, its second in a row after this, then after twice that and so
  /// on. An item that it finishes ends the row.
  std::chrono::nanoseconds backoff = std::chrono::milliseconds{100};
  std::chrono::nanoseconds backoff_cap = std::chrono::seconds{30};
};

/// The restarts of one stage (restart intensity, as in Erlang/OTP's supervisors). Plain data.
class restart_history {
 public:
  explicit restart_history(restart_policy policy) : policy_{policy} {}

  /// A worker crashed for the `in_a_row`th time (from 1) at `now` ns. Nanoseconds until its replacement, or
  /// nothing: too many crashes, so the failure is for the level above. `jitter` in [0, 1) spreads restarts: a
  /// delay is between half and all of the backoff.
  std::optional<std::int64_t> crashed(std::int64_t now, std::uint32_t in_a_row, double jitter);

  /// Restarts granted so far.
  std::uint64_t total() const { return total_; }
  const restart_policy& policy() const { return policy_; }

 private:
  restart_policy policy_;
  std::deque<std::int64_t> recent_;
  std::uint64_t total_ = 0;
};

}  // namespace penstock
