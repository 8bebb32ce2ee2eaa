#include <algorithm>
#include <chrono>
#include <utility>

#include <penstock/actors/job_queues.hpp>
#include <penstock/actors/worker_queue.hpp>

namespace penstock {

namespace {

constexpr std::chrono::milliseconds watch_interval{5};

}  // namespace

/// Sleeps until woken. Returns null then, or a job if it was on watch and found one overdue.
job_queues::job job_queues::park(std::size_t worker) {
  worker_queue& own = *workers_[worker];
  if (std::exchange(own.searching, false)) searching_.fetch_sub(1);
  own.busy_since = 0;
  {
    const std::lock_guard lock{parked_mutex_};
    parked_.push_back(worker);
    parked_count_.fetch_add(1);
  }
  // Who pushed before it could see this worker asleep woke nobody, so what they pushed is seen here. There
  // may be more than this one can do: as it searches again, it wakes the next.
  if (has_work() && unpark(worker)) {
    searching_.fetch_add(1);
    own.searching = true;
    return nullptr;
  }
  job overdue = nullptr;
  while (overdue == nullptr && !watched_.exchange(true)) {
    const bool woken = watch(worker, overdue);
    watched_.store(false);
    // Who started a job in the meantime may have counted on this watch.
    if (woken || !has_next()) break;
  }
  if (overdue != nullptr && unpark(worker)) {
    // As one that searches it wakes another, who then keeps watch.
    searching_.fetch_add(1);
    own.searching = true;
    return overdue;
  }
  std::unique_lock lock{own.park_mutex};
  own.woken_up.wait(lock, [&] { return own.woken; });
  own.woken = false;
  own.searching = true;  // whoever woke it has counted it
  return overdue;
}

/// Looks after jobs that wait for a long one, as long as others begin jobs. True when woken; else `overdue`
/// may be such a job.
bool job_queues::watch(std::size_t worker, job& overdue) {
  worker_queue& own = *workers_[worker];
  for (std::size_t i = 0; i < workers_.size(); ++i) own.seen[i] = workers_[i]->taken.load();
  for (;;) {
    {
      std::unique_lock lock{own.park_mutex};
      if (own.woken_up.wait_for(lock, watch_interval, [&] { return own.woken; })) return true;
    }
    bool progress = false;
    overdue = steal(worker);
    if (overdue == nullptr) overdue = take_overdue(worker, progress);
    if (overdue != nullptr || !progress) return false;
  }
}

job_queues::job job_queues::take_overdue(std::size_t worker, bool& progress) {
  worker_queue& own = *workers_[worker];
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    worker_queue& other = *workers_[i];
    const auto taken = other.taken.load();
    const bool same_job = std::exchange(own.seen[i], taken) == taken;
    progress = progress || !same_job;
    if (i == worker || !same_job || !other.has_next.load()) continue;
    const std::lock_guard lock{other.mutex};
    if (other.next == nullptr) continue;
    other.has_next.store(false);
    return std::exchange(other.next, nullptr);
  }
  return nullptr;
}

/// Takes the worker off the list of sleepers; false if somebody has and is about to wake it.
bool job_queues::unpark(std::size_t worker) {
  const std::lock_guard lock{parked_mutex_};
  const auto found = std::find(parked_.begin(), parked_.end(), worker);
  if (found == parked_.end()) return false;
  parked_.erase(found);
  parked_count_.fetch_sub(1);
  return true;
}

}  // namespace penstock
