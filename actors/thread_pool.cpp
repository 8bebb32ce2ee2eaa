#include <penstock/actors/thread_pool.hpp>

#include <pthread.h>

#include <utility>

#include <penstock/actors/actor_box.hpp>

namespace penstock {

/// Which threads have ended. Shared with them, as a hung one may outlive the pool.
struct thread_pool::census {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t running = 0;
};

namespace {

class thread_box final : public actor_box {
 public:
  using actor_box::actor_box;

  void run() {
    for (;;) {
      {
        std::unique_lock lock{mutex_};
        woken_.wait(lock, [this] { return due_ || over_; });
        if (over_) return;
        due_ = false;
      }
      while (run_turns(1)) {
      }
    }
  }

 private:
  void schedule() override {
    {
      const std::lock_guard lock{mutex_};
      due_ = true;
    }
    woken_.notify_one();
  }

  void released() override {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }

  std::mutex mutex_;
  std::condition_variable woken_;
  bool due_ = false;
  bool over_ = false;
};

}  // namespace

thread_pool::thread_pool() : census_{std::make_shared<census>()} {}

thread_pool::~thread_pool() {
  ended_within(std::chrono::seconds{1});
  for (entry& each : threads_) {
    bool ended = false;
    {
      const std::lock_guard lock{census_->mutex};
      ended = *each.ended;
    }
    if (ended) {
      each.thread.join();
    } else {
      each.thread.detach();
    }
  }
}

address thread_pool::spawn(std::unique_ptr<actor_logic> logic, ref<activity> counted,
                           const std::string& name) {
  ref<thread_box> box{new thread_box{std::move(logic), std::move(counted)}};
  const std::string short_name = name.substr(0, 15);  // as long as such names may be
  const std::lock_guard lock{mutex_};
  join_ended();
  threads_.reserve(threads_.size() + 1);  // once the thread runs nothing may throw
  entry added;
  added.ended = std::make_shared<bool>(false);
  {
    const std::lock_guard counting{census_->mutex};
    ++census_->running;
  }
  try {
    added.thread = std::thread{[box, ended = added.ended, shared = census_]() mutable {
      box->run();
      box = nullptr;
      const std::lock_guard counting{shared->mutex};
      *ended = true;
      --shared->running;
      shared->changed.notify_all();
    }};
  } catch (...) {
    const std::lock_guard counting{census_->mutex};
    --census_->running;
    throw;
  }
  pthread_setname_np(added.thread.native_handle(), short_name.c_str());
  threads_.push_back(std::move(added));
  return box;
}

/// A pool whose size changes for days must not keep the stacks of all threads that it ever had.
void thread_pool::join_ended() {
  std::erase_if(threads_, [this](entry& each) {
    {
      const std::lock_guard lock{census_->mutex};
      if (!*each.ended) return false;
    }
    each.thread.join();
    return true;
  });
}

std::size_t thread_pool::ended_within(std::chrono::nanoseconds limit) {
  std::unique_lock lock{census_->mutex};
  census_->changed.wait_for(lock, limit, [this] { return census_->running == 0; });
  return census_->running;
}

}  // namespace penstock
