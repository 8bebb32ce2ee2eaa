#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <penstock/actors/actor.hpp>

namespace penstock {

/// The one thread that owns time: timers, deadlines, the controllers of runs. It runs no user code, so no
/// body can hold it up. Any thread may call.
class control_thread {
 public:
  using task = std::function<void()>;

  control_thread();
  /// Drops what is still due and joins.
  ~control_thread();

  /// True on a thread of that kind: it must not wait for what only it can do.
  static bool is_here();

  void post(task work);
  /// Runs `work` at `when` (ns of `steady_now`); equal times in order of the calls.
  void at(std::int64_t when, task work);

  address spawn(std::unique_ptr<actor_logic> logic);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<task> due_;
  std::multimap<std::int64_t, task> timers_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace penstock
