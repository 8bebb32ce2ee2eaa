#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/messages/reserve.hpp>

namespace penstock {

/// The one thread that owns time: timers, deadlines, the controllers of runs. It runs no user code, so no
/// body can hold it up. Any thread may call.
class control_thread {
 public:
  control_thread();
  /// Drops what is still due and joins.
  ~control_thread();

  /// True on a thread of that kind: it must not wait for what only it can do.
  static bool is_here();

  /// Runs `work`, a function without arguments, soon. Takes memory from the reserve if there is no other.
  template <class F>
  void post(F work) {
    add(std::make_unique<job_of<F>>(std::move(work)));
  }
  /// Runs `work` at `when` (ns of `steady_now`); equal times in order of the calls. `owner`: who may `forget`
  /// it.
  template <class F>
  void at(std::int64_t when, F work, const void* owner = nullptr) {
    add(when, std::make_unique<job_of<F>>(std::move(work)), owner);
  }
  /// Drops what is not due yet of an owner's.
  void forget(const void* owner);
  /// Those that are not due yet.
  std::size_t timers() const;

  address spawn(std::unique_ptr<actor_logic> logic);

 private:
  struct job : from_reserve {
    virtual ~job() = default;
    virtual void run() = 0;
    const void* owner = nullptr;
  };
  template <class F>
  struct job_of final : job {
    explicit job_of(F given) : work{std::move(given)} {}
    void run() override { work(); }
    F work;
  };
  using task = std::unique_ptr<job>;
  using timer = std::pair<const std::int64_t, task>;
  using timer_map = std::multimap<std::int64_t, task, std::less<>, reserve_allocator<timer>>;

  void add(task work);
  void add(std::int64_t when, task work, const void* owner);
  void run();

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<task, reserve_allocator<task>> due_;
  timer_map timers_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace penstock
