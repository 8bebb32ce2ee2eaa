#include <penstock/connectors/job_puller.hpp>

#include <spdlog/logger.h>

#include <iterator>
#include <new>
#include <random>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>

namespace penstock {

namespace {
using std::chrono::nanoseconds;

constexpr std::size_t longest_name = 40;  // of a job; both kinds of queues number theirs
}  // namespace

job_puller::surroundings job_puller::real(std::shared_ptr<spdlog::logger> log, std::function<void()> wake) {
  auto random = [engine = std::minstd_rand{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<>{}(engine);
  };
  auto now = [] { return nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}; };
  return {std::move(log), std::move(wake), std::move(random), std::move(now)};
}

job_puller::job_puller(std::string queue, queue_settings settings, opener open, surroundings around)
    : queue_{std::move(queue)}, settings_{settings}, open_{std::move(open)}, around_{std::move(around)} {}

job_puller::~job_puller() = default;

void job_puller::open() {
  if (store_ != nullptr) return;
  std::shared_ptr<job_store> opened = open_();
  opened->on_change(around_.wake);
  const std::lock_guard lock{mutex_};
  store_ = std::move(opened);
}

job_puller::pulled job_puller::next() {
  pulled answer;
  try {
    if (holds_back()) {
      answer.again_in = again_at_ - around_.now();
      return answer;
    }
    open();
    tell_all();
    make_room();
    auto taken = store_->take(settings_.rules);
    if (taken.job) keep(taken.job->receipt);
    went_well();
    answer.ended = !taken.job && taken.empty && settings_.until_empty;
    answer.job = std::move(taken.job);
    answer.again_in = taken.again_in;
  } catch (const job_queue_error& problem) {
    if (!problem.is_passing()) throw;
    hold_back(problem.what());
    answer.again_in = again_at_ - around_.now();
  }
  return answer;
}

void job_puller::ack(const job_receipt& delivery) { settle(delivery, fate::acked, {}); }

void job_puller::nack(const job_receipt& delivery, const std::string& reason) {
  settle(delivery, fate::nacked, reason);
}

void job_puller::bury(const job_receipt& delivery, const std::string& reason) {
  around_.log->error("job queue '{}': job {} is dead: {}", queue_, delivery.job, reason);
  settle(delivery, fate::buried, reason);
}

/// All that a delivery needs until its verdict is told.
void job_puller::make_room() {
  if (untold_.capacity() <= out_.size()) untold_.reserve(2 * out_.size() + 8);
  if (!room_.empty()) return;
  job_receipt name;
  name.job.reserve(longest_name);
  deliveries made;
  made.try_emplace(std::move(name));
  room_ = made.extract(made.begin());
}

void job_puller::keep(const job_receipt& delivery) {
  room_.key() = delivery;
  const std::lock_guard lock{mutex_};
  out_.insert(std::move(room_));
}

void job_puller::settle(const job_receipt& delivery, fate is, const std::string& reason) {
  const auto found = out_.find(delivery);
  if (found == out_.end() || found->second.is != fate::open) return;
  found->second.is = is;
  try {
    found->second.reason = reason;
  } catch (const std::bad_alloc&) {
    // It is for people; the verdict is what counts.
  }
  untold_.push_back(found);
  flush();
}

std::optional<nanoseconds> job_puller::flush() {
  if (!owes()) return std::nullopt;
  if (holds_back()) return again_at_ - around_.now();
  try {
    open();
    tell_all();
    store_->give_back_unsure();
    went_well();
    return std::nullopt;
  } catch (const job_queue_error& problem) {
    if (!problem.is_passing()) throw;
    hold_back(problem.what());
    return again_at_ - around_.now();
  }
}

void job_puller::tell_all() {
  while (!untold_.empty()) tell_first();
}

void job_puller::tell_first() {
  auto& [delivery, what] = *untold_.front();
  const bool again = std::exchange(what.tried, true);
  if (!tell(delivery, what) && !again) {
    around_.log->warn(
        "job queue '{}': job {} was {} too late, its lease had ended: it is delivered again, or was", queue_,
        delivery.job, what.is == fate::acked ? "done" : "given back");
  }
  forget_first();
}

bool job_puller::tell(const job_receipt& delivery, const verdict& what) {
  switch (what.is) {
    case fate::acked:
      return store_->ack(delivery);
    case fate::nacked:
      return store_->nack(delivery, what.reason);
    default:
      return store_->bury(delivery, what.reason);
  }
}

void job_puller::forget_first() {
  const auto first = untold_.front();
  untold_.erase(untold_.begin());
  const std::lock_guard lock{mutex_};
  out_.erase(first);
}

bool job_puller::is_out(const job_receipt& delivery) const {
  const std::lock_guard lock{mutex_};
  return out_.contains(delivery);
}

void job_puller::extend() {
  std::shared_ptr<job_store> store;
  std::vector<job_receipt> out;
  {
    const std::lock_guard lock{mutex_};
    store = store_;
    out.reserve(out_.size());
    // Of a job that came again when its lease had ended, the last: nobody can extend the others.
    for (auto each = out_.begin(); each != out_.end(); ++each) {
      const auto next = std::next(each);
      if (next == out_.end() || next->first.job != each->first.job) out.push_back(each->first);
    }
  }
  if (store == nullptr || out.empty()) return;
  try {
    for (const job_receipt& lost : store->extend(out, settings_.rules.lease)) {
      if (!is_out(lost)) continue;  // its verdict was told meanwhile
      around_.log->warn("job queue '{}': the lease of job {} had ended before it could be extended", queue_,
                        lost.job);
    }
  } catch (const job_queue_error& problem) {
    // There is another try before the leases end; if all fail, the verdicts will say so.
    around_.log->warn("the leases of {} jobs could not be extended: {}", out.size(), problem.what());
  }
}

void job_puller::finish() {
  if (!owes()) return;
  try {
    open();
    while (!untold_.empty()) tell_first_or_lose_it();
    store_->give_back_unsure();
  } catch (const job_queue_error& problem) {
    if (untold_.empty()) {
      around_.log->error("{}; a job that nobody has heard of may be out until its lease ends",
                         problem.what());
      return;
    }
    around_.log->error("{}; the verdicts on {} jobs are lost, and the jobs come again", problem.what(),
                       untold_.size());
  }
}

/// Throws a problem of all of them, as that the store is away.
void job_puller::tell_first_or_lose_it() {
  try {
    tell_first();
  } catch (const job_queue_error& problem) {
    if (problem.is_passing()) throw;
    lose_first(problem.what());
  } catch (const std::bad_alloc& problem) {
    lose_first(problem.what());
  }
}

void job_puller::lose_first(const char* problem) {
  around_.log->error("{}; the verdict on job {} is lost, and the job comes again", problem,
                     untold_.front()->first.job);
  forget_first();
}

void job_puller::hold_back(const std::string& problem) {
  again_at_ = around_.now() + delay_.after_failure(around_.random());
  if (delay_.failures() == 1) around_.log->warn("{}; no jobs are taken until that is over", problem);
}

void job_puller::went_well() {
  if (delay_.failures() == 0) return;
  around_.log->info("job queue '{}': goes on after {} tries that failed", queue_, delay_.failures());
  delay_.went_well();
}

}  // namespace penstock
