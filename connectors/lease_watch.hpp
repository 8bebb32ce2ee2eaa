#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

namespace penstock {

/// Tells by one's own clock that an owner does not extend its leases any more, where its clock can't be
/// compared with one's own. Plain data; all times in nanoseconds.
class lease_watch {
 public:
  /// The owner's next lease ends, by its own clock, at `end`. True when that has not changed for a whole
  /// `lease`. Of the time between two looks no more than a part counts: who stood still has seen nothing.
  bool is_over(const std::string& owner, std::int64_t end, std::int64_t lease, std::int64_t now) {
    auto& known = known_[owner];
    if (!known.is_new && known.end == end) {
      known.unchanged += std::clamp<std::int64_t>(now - known.looked_at, 0, step(lease));
    } else {
      known.unchanged = 0;
    }
    known.is_new = false;
    known.end = end;
    known.looked_at = now;
    return known.unchanged >= lease;
  }
  void forget(const std::string& owner) { known_.erase(owner); }

  /// How long to wait until the next look.
  static std::int64_t step(std::int64_t lease) { return std::max<std::int64_t>(lease / 4, 1); }

 private:
  struct sight {
    bool is_new = true;
    std::int64_t end = 0;
    std::int64_t unchanged = 0;
    std::int64_t looked_at = 0;
  };

  std::map<std::string, sight> known_;
};

}  // namespace penstock
