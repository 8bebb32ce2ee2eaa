#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <penstock/actors/activity.hpp>
#include <penstock/actors/actor.hpp>

namespace penstock {

/// Actors with a thread each. Any thread.
class thread_pool {
 public:
  thread_pool();
  /// Joins the threads that have ended; leaves those that a body still holds (see `ended_within`) to
  /// themselves.
  ~thread_pool();

  address spawn(std::unique_ptr<actor_logic> logic, ref<activity> counted, const std::string& name);

  /// Waits until all threads have ended, for `limit` at most. Returns how many have not.
  std::size_t ended_within(std::chrono::nanoseconds limit);

 private:
  struct census;
  struct entry {
    std::thread thread;
    std::shared_ptr<bool> ended;
  };

  std::shared_ptr<census> census_;
  std::vector<entry> threads_;
  void join_ended();

  std::mutex mutex_;
};

}  // namespace penstock
