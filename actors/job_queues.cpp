#include <penstock/actors/job_queues.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <utility>

#include <penstock/actors/tick_clock.hpp>

namespace penstock {

namespace {

/// A worker that runs out of work looks for more for a quarter of the time that it was busy, but no longer
/// than this: sleep and wake-up cost a few microseconds.
constexpr std::int64_t longest_search = 20'000;
/// So many `next` jobs one after the other, then a queued one.
constexpr unsigned most_in_a_row = 16;
/// Every so many jobs the outside is looked at first.
constexpr std::uint64_t outside_interval = 64;
/// Jobs that a worker has started itself and that wait for it: below this they are likely done sooner than
/// another worker is awake.
constexpr std::size_t worth_waking = 2;
/// ns; a job that took so long and comes again is worth the wake-up of another worker.
constexpr std::int64_t long_job = 20'000;
constexpr std::chrono::milliseconds watch_interval{5};

void pause_briefly() {
  for (int i = 0; i < 16; ++i) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
  }
}

}  // namespace

struct alignas(64) job_queues::worker_queue {
  std::mutex mutex;  ///< for the queue and `next`
  std::deque<job, reserve_allocator<job>> jobs;
  job next = nullptr;
  std::atomic<std::size_t> size{0};     ///< of the queue alone: `next` is not for others
  std::atomic<std::uint64_t> taken{0};  ///< jobs that this worker has begun
  std::atomic<bool> has_next{false};

  // The worker's own.
  unsigned in_a_row = 0;
  bool searching = false;
  std::int64_t began = 0;       ///< the present job
  std::int64_t busy_since = 0;  ///< 0: has done nothing since it last searched

  std::mutex park_mutex;
  std::condition_variable woken_up;
  bool woken = false;
  std::vector<std::uint64_t> seen;  ///< on watch: what the others had taken at the last look
};

job_queues::job_queues(std::size_t workers) {
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<worker_queue>());
    workers_.back()->seen.resize(workers);
  }
  parked_.reserve(workers);
}

job_queues::~job_queues() = default;

void job_queues::push(job work) {
  {
    const std::lock_guard lock{outside_mutex_};
    outside_.push_back(work);
    outside_size_.store(outside_.size());
  }
  wake_one();
}

void job_queues::push_next(std::size_t worker, job work) {
  worker_queue& own = *workers_[worker];
  bool many = false;
  {
    const std::lock_guard lock{own.mutex};
    if (own.next != nullptr) {
      own.jobs.push_back(own.next);
      own.size.store(own.jobs.size());
      many = own.jobs.size() >= worth_waking;
    }
    own.next = work;
    own.has_next.store(true);
  }
  if (many || !watched_.load()) wake_one();
}

void job_queues::push_last(std::size_t worker, job work) {
  worker_queue& own = *workers_[worker];
  bool many = false;
  {
    const std::lock_guard lock{own.mutex};
    own.jobs.push_back(work);
    own.size.store(own.jobs.size());
    many = own.jobs.size() >= worth_waking;
  }
  if (many || !watched_.load() || tick_clock_now() - own.began > long_job) wake_one();
}

job_queues::job job_queues::take(std::size_t worker) {
  worker_queue& own = *workers_[worker];
  for (;;) {
    job work = nullptr;
    if (own.taken.load(std::memory_order_relaxed) % outside_interval == 0) work = take_outside();
    if (work == nullptr) work = take_own(own);
    if (work == nullptr) work = take_outside();
    if (work == nullptr) work = search(worker);
    if (work == nullptr) work = park(worker);
    if (work == nullptr) continue;  // woken up
    found(own);
    own.taken.fetch_add(1, std::memory_order_relaxed);
    return work;
  }
}

job_queues::job job_queues::take_own(worker_queue& own) {
  const std::lock_guard lock{own.mutex};
  if (own.next != nullptr && (own.jobs.empty() || own.in_a_row < most_in_a_row)) {
    ++own.in_a_row;
    own.has_next.store(false);
    return std::exchange(own.next, nullptr);
  }
  own.in_a_row = 0;
  if (own.jobs.empty()) return nullptr;
  const job work = own.jobs.front();
  own.jobs.pop_front();
  own.size.store(own.jobs.size());
  return work;
}

job_queues::job job_queues::take_outside() {
  if (outside_size_.load() == 0) return nullptr;
  const std::lock_guard lock{outside_mutex_};
  if (outside_.empty()) return nullptr;
  const job work = outside_.front();
  outside_.pop_front();
  outside_size_.store(outside_.size());
  return work;
}

job_queues::job job_queues::steal(std::size_t worker) {
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    worker_queue& other = *workers_[(worker + i) % workers_.size()];
    if (other.size.load() == 0) continue;
    const std::lock_guard lock{other.mutex};
    if (other.jobs.empty()) continue;
    const job work = other.jobs.front();
    other.jobs.pop_front();
    other.size.store(other.jobs.size());
    return work;
  }
  return nullptr;
}

/// Looks for work for a while. Only half of the workers look at a time; the others go to sleep.
job_queues::job job_queues::search(std::size_t worker) {
  worker_queue& own = *workers_[worker];
  if (!own.searching) {
    const int most = std::max(1, static_cast<int>(workers_.size() / 2));
    if (searching_.load() >= most) return steal(worker);
    searching_.fetch_add(1);
    own.searching = true;
  }
  auto until = std::int64_t{0};
  if (own.busy_since > 0) {
    const auto now = tick_clock_now();
    until = now + std::min(longest_search, (now - own.busy_since) / 4);
    own.busy_since = 0;
  }
  do {
    job work = steal(worker);
    if (work == nullptr) work = take_outside();
    if (work != nullptr) return work;
    pause_briefly();
  } while (until > 0 && tick_clock_now() < until);
  return nullptr;
}

/// The worker has a job and is no longer searching; if it was the last to search, another one should.
void job_queues::found(worker_queue& own) {
  own.began = tick_clock_now();
  if (own.busy_since == 0) own.busy_since = own.began;
  if (!std::exchange(own.searching, false)) return;
  // It may have been the one on watch.
  if (searching_.fetch_sub(1) == 1 && (has_work() || (!watched_.load() && has_next()))) wake_one();
}

bool job_queues::has_work() const {
  if (outside_size_.load() > 0) return true;
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const auto& each) { return each->size.load() > 0; });
}

bool job_queues::has_next() const {
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const auto& each) { return each->has_next.load(); });
}

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

void job_queues::wake_one() {
  if (searching_.load() > 0 || parked_count_.load() == 0) return;
  std::size_t worker = 0;
  {
    const std::lock_guard lock{parked_mutex_};
    if (parked_.empty()) return;
    worker = parked_.back();
    parked_.pop_back();
    parked_count_.fetch_sub(1);
    searching_.fetch_add(1);
  }
  worker_queue& sleeper = *workers_[worker];
  {
    const std::lock_guard lock{sleeper.park_mutex};
    sleeper.woken = true;
  }
  sleeper.woken_up.notify_one();  // behind the lock, which would put the woken one to sleep again
}

job_queues::job job_queues::take_left() {
  for (const auto& each : workers_) {
    if (const job work = take_own(*each)) return work;
  }
  return take_outside();
}

}  // namespace penstock
