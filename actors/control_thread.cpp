#include <penstock/actors/control_thread.hpp>

#include <pthread.h>

#include <chrono>
#include <iterator>
#include <utility>

#include <penstock/actors/actor_box.hpp>
#include <penstock/actors/tick_clock.hpp>

namespace penstock {

namespace {

thread_local bool on_control_thread = false;

class control_box final : public actor_box {
 public:
  control_box(std::unique_ptr<actor_logic> logic, control_thread& thread)
      : actor_box{std::move(logic), nullptr}, thread_{thread} {}

 private:
  void schedule() override {
    thread_.post([box = ref<control_box>{this}] {
      while (box->run_turns(1)) {
      }
    });
  }

  control_thread& thread_;
};

}  // namespace

control_thread::control_thread() : thread_{[this] { run(); }} {
  pthread_setname_np(thread_.native_handle(), "ps-control");
}

control_thread::~control_thread() {
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void control_thread::add(task work) {
  {
    const std::lock_guard lock{mutex_};
    due_.push_back(std::move(work));
  }
  woken_.notify_one();
}

void control_thread::add(std::int64_t when, task work, const void* owner) {
  work->owner = owner;
  {
    const std::lock_guard lock{mutex_};
    timers_.emplace(when, std::move(work));
  }
  woken_.notify_one();
}

void control_thread::forget(const void* owner) {
  // Outside of the lock, as what they hold may set timers when it goes.
  timer_map dropped;
  const std::lock_guard lock{mutex_};
  for (auto each = timers_.begin(); each != timers_.end();) {
    const auto next = std::next(each);
    if (each->second->owner == owner) dropped.insert(timers_.extract(each));
    each = next;
  }
}

std::size_t control_thread::timers() const {
  const std::lock_guard lock{mutex_};
  return timers_.size();
}

address control_thread::spawn(std::unique_ptr<actor_logic> logic) {
  return ref<control_box>{new control_box{std::move(logic), *this}};
}

bool control_thread::is_here() { return on_control_thread; }

void control_thread::run() {
  on_control_thread = true;
  std::unique_lock lock{mutex_};
  while (!over_) {
    const auto time = steady_now();
    while (!timers_.empty() && timers_.begin()->first <= time) {
      due_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    if (due_.empty()) {
      if (timers_.empty()) {
        woken_.wait(lock);
      } else {
        const std::chrono::steady_clock::time_point wake{std::chrono::nanoseconds{timers_.begin()->first}};
        woken_.wait_until(lock, wake);
      }
      continue;
    }
    auto work = std::exchange(due_, {});
    lock.unlock();
    for (task& each : work) each->run();
    work.clear();
    lock.lock();
  }
}

}  // namespace penstock
