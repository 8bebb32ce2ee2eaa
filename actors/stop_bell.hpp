#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

namespace penstock {

/// Tells those who wait outside of the engine's messages that the run is being aborted. Any thread.
class stop_bell {
 public:
  /// Calls `f` when the bell rings, at once if it has. `f` must not block, and not come back here.
  std::uint64_t listen(std::function<void()> f) {
    const std::lock_guard lock{mutex_};
    if (rung_) f();
    listeners_.emplace(++last_, std::move(f));
    return last_;
  }
  /// `f` is not called any more once this has returned.
  void forget(std::uint64_t number) {
    const std::lock_guard lock{mutex_};
    listeners_.erase(number);
  }
  void ring() {
    const std::lock_guard lock{mutex_};
    if (std::exchange(rung_, true)) return;
    for (const auto& [number, f] : listeners_) f();
  }

 private:
  std::mutex mutex_;
  bool rung_ = false;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::function<void()>> listeners_;
};

}  // namespace penstock
