#include <penstock/actors/job_queues.hpp>

#include <algorithm>
#include <utility>

#include <penstock/actors/tick_clock.hpp>
#include <penstock/actors/worker_queue.hpp>

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
    own.taken.store(own.taken.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return work;
  }
}

job_queues::job job_queues::take_own(worker_queue& own) {
  const std::lock_guard lock{own.mutex};
  if (own.next != nullptr && (own.jobs.empty() || own.in_a_row < most_in_a_row)) {
    ++own.in_a_row;
    own.has_next.store(false, std::memory_order_release);  // who still sees the old one looks in vain
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
  // Who was at work until now has just looked at the clock; a second look would cost as much as the rest.
  own.began = own.searching ? tick_clock_now() : tick_clock_last();
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
