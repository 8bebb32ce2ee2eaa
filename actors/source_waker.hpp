#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include <penstock/messages/ref.hpp>

namespace penstock {

/// How the world outside tells a source that there may be items again. Any thread, at any time.
class source_waker : public ref_counted {
 public:
  /// What a wake calls; empty: nobody listens any more. Source.
  void listen(std::function<void()> tell) {
    const std::lock_guard lock{mutex_};
    tell_ = std::move(tell);
  }

  /// Many wakes before the source asks again are one.
  void wake() {
    std::function<void()> tell;
    {
      const std::lock_guard lock{mutex_};
      if (!tell_ || std::exchange(woken_, true)) return;
      tell = tell_;
    }
    tell();
  }

  /// The source is about to ask: a wake from now on is news.
  void asking() {
    const std::lock_guard lock{mutex_};
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::function<void()> tell_;
  bool woken_ = false;
};

}  // namespace penstock
