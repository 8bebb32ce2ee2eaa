#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>

namespace penstock {

/// Until when members of a run have a reason to let items lie still. Any thread.
class expected_times {
 public:
  /// `until` (ns) replaces what the member said before.
  void set(std::uint32_t member, std::int64_t until) {
    const std::lock_guard lock{mutex_};
    until_[member] = until;
  }
  /// The member has no reason any more.
  void clear(std::uint32_t member) {
    const std::lock_guard lock{mutex_};
    until_.erase(member);
  }
  /// The last of them, in ns; 0: nobody has a reason.
  std::int64_t latest() const {
    const std::lock_guard lock{mutex_};
    std::int64_t last = 0;
    for (const auto& [member, until] : until_) last = std::max(last, until);
    return last;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, std::int64_t> until_;
};

}  // namespace penstock
