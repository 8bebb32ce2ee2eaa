#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <penstock/actors/activity.hpp>
#include <penstock/actors/actor.hpp>
#include <penstock/messages/reserve.hpp>

namespace penstock {

/// A mailbox with the behaviour behind it; derived classes say how it gets its turns. Messages come in under
/// a lock and are taken out all at once, so that posting costs no allocation once the buffers have grown.
class actor_box : public mailbox {
 public:
  actor_box(std::unique_ptr<actor_logic> logic, ref<activity> counted)
      : logic_{std::move(logic)}, counted_{std::move(counted)} {}

  void post(message m) final {
    bool late = false;
    {
      const std::lock_guard lock{mutex_};
      late = ended_;
      if (!late) {
        inbox_.push_back(std::move(m));
        if (std::exchange(scheduled_, true)) return;
      }
    }
    if (late) {
      discard(m, "its receiver has ended");
      return;
    }
    if (counted_) counted_->begin();
    schedule();
  }

  /// Grows when a turn begins and when it ends: odd while one goes on. Any thread.
  std::uint64_t turns() const { return turns_.load(std::memory_order_relaxed); }
  bool ended() const {
    const std::lock_guard lock{mutex_};
    return ended_;
  }

 protected:
  ~actor_box() override = default;

  /// Has `run_turns` called soon, by one thread at a time.
  virtual void schedule() = 0;

  /// Runs turns until there is nothing to do (false) or others should have theirs (true: call again).
  bool run_turns(unsigned most) {
    for (unsigned i = 0; i < most; ++i) {
      count_turn();
      const after_turn next = one_turn();
      count_turn();
      if (next == after_turn::done) {
        end();
        return false;
      }
      if (next == after_turn::wait && rests()) {
        // Outside of the lock, as it may call back into anything; only what never changes is touched by now.
        if (counted_) counted_->end();
        return false;
      }
    }
    return true;
  }

 private:
  // One thread at a time has turns, so no read-modify-write is needed.
  void count_turn() { turns_.store(turns_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }

  after_turn one_turn() {
    {
      const std::lock_guard lock{mutex_};
      std::swap(inbox_, current_);
    }
    std::size_t read = 0;
    while (read < current_.size()) {
      try {
        while (read < current_.size()) logic_->receive(current_[read++]);
      } catch (...) {
        logic_->broke(std::current_exception());
        discard(current_[read - 1], "it was lost");
      }
    }
    current_.clear();
    try {
      return logic_->turn();
    } catch (...) {
      logic_->broke(std::current_exception());
      return after_turn::again;
    }
  }

  bool rests() {
    const std::lock_guard lock{mutex_};
    if (inbox_.empty()) scheduled_ = false;
    return !scheduled_;
  }

  void end() {
    messages left;
    {
      const std::lock_guard lock{mutex_};
      ended_ = true;
      std::swap(left, inbox_);
    }
    logic_.reset();
    for (message& each : left) discard(each, "its receiver has ended");
    left.clear();
    if (counted_) counted_->end();
    released();
  }

  /// The behaviour is gone for good.
  virtual void released() {}

  using messages = std::vector<message, reserve_allocator<message>>;

  mutable std::mutex mutex_;
  messages inbox_;
  messages current_;
  bool scheduled_ = false;
  bool ended_ = false;
  std::atomic<std::uint64_t> turns_{0};
  std::unique_ptr<actor_logic> logic_;
  ref<activity> counted_;
};

}  // namespace penstock
