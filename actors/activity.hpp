#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include <penstock/messages/ref.hpp>

namespace penstock {

/// Counts what keeps a run alive: actors with messages and timers that are set. When the count falls to zero
/// nothing can happen any more, unless somebody outside acts. Any thread.
class activity : public ref_counted {
 public:
  /// Set once, before anything is counted.
  void when_quiet(std::function<void()> callback) { quiet_ = std::move(callback); }

  void begin() { count_.fetch_add(1, std::memory_order_relaxed); }
  void end() {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1 && quiet_) quiet_();
  }
  bool quiet() const { return count_.load(std::memory_order_acquire) == 0; }

 private:
  std::atomic<std::int64_t> count_{0};
  std::function<void()> quiet_;
};

}  // namespace penstock
