#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include <penstock/messages/reserve.hpp>

namespace penstock {

/// Jobs for a fixed number of workers, each a thread that takes one after the other. A worker has a queue of
/// its own, helps itself from the others' when that is empty, and sleeps when there is nothing anywhere: an
/// idle program uses no processor time. A push wakes a sleeper only if no awake worker is looking for work
/// already.
///
/// What a job starts with `push_next` is meant to run right after it, on the same core while the data is
/// still in its cache, so it wakes nobody. In case the job before takes long after all, one sleeper stays on
/// watch while others work: every few milliseconds it looks for such a job that has not had its turn, and
/// takes it.
///
/// (The scheme is that of Go's and Tokio's schedulers; the watch takes the place of Go's `sysmon`.)
class job_queues {
 public:
  using job = void*;

  explicit job_queues(std::size_t workers);
  ~job_queues();

  /// Any thread.
  void push(job work);
  /// On the worker's own thread: runs after the present job, before what is queued; what was to be next is
  /// queued.
  void push_next(std::size_t worker, job work);
  /// On the worker's own thread: runs after all that is queued there.
  void push_last(std::size_t worker, job work);

  /// On the worker's own thread: the next job; waits for one.
  job take(std::size_t worker);

  /// When no worker runs any more: what is left, null when nothing is.
  job take_left();

  /// Workers that sleep at this moment.
  std::size_t sleeping() const { return static_cast<std::size_t>(parked_count_.load()); }

 private:
  struct worker_queue;

  job take_own(worker_queue& own);
  job take_outside();
  job steal(std::size_t worker);
  job search(std::size_t worker);
  job park(std::size_t worker);
  bool watch(std::size_t worker, job& overdue);
  job take_overdue(std::size_t worker, bool& progress);
  bool unpark(std::size_t worker);
  bool has_work() const;
  bool has_next() const;
  void found(worker_queue& own);
  void wake_one();

  std::vector<std::unique_ptr<worker_queue>> workers_;

  std::mutex outside_mutex_;
  std::deque<job, reserve_allocator<job>> outside_;
  std::atomic<std::size_t> outside_size_{0};

  std::mutex parked_mutex_;
  std::vector<std::size_t> parked_;
  std::atomic<int> parked_count_{0};
  std::atomic<int> searching_{0};     ///< awake workers that look for work
  std::atomic<bool> watched_{false};  ///< a sleeper is on watch
};

}  // namespace penstock
