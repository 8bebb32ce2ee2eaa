#include <penstock/connectors/job_puller.hpp>

#include <spdlog/logger.h>

#include <random>
#include <utility>
#include <vector>

#include <penstock/connectors/job_queue_error.hpp>

namespace penstock {

namespace {
using std::chrono::nanoseconds;
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
    auto taken = store_->take(settings_.rules);
    went_well();
    if (taken.job) {
      const std::lock_guard lock{mutex_};
      out_[taken.job->receipt.job] = taken.job->receipt.delivery;
    }
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

void job_puller::ack(const job_receipt& delivery) { settle({delivery, fate::acked, {}}); }

void job_puller::nack(const job_receipt& delivery, const std::string& reason) {
  settle({delivery, fate::nacked, reason});
}

void job_puller::bury(const job_receipt& delivery, const std::string& reason) {
  around_.log->error("job queue '{}': job {} is dead: {}", queue_, delivery.job, reason);
  settle({delivery, fate::buried, reason});
}

void job_puller::settle(verdict what) {
  untold_.push_back(std::move(what));
  flush();
}

std::optional<nanoseconds> job_puller::flush() {
  if (untold_.empty()) return std::nullopt;
  if (holds_back()) return again_at_ - around_.now();
  try {
    open();
    tell_all();
    went_well();
    return std::nullopt;
  } catch (const job_queue_error& problem) {
    if (!problem.is_passing()) throw;
    hold_back(problem.what());
    return again_at_ - around_.now();
  }
}

void job_puller::tell_all() {
  while (!untold_.empty()) {
    verdict& first = untold_.front();
    const bool again = std::exchange(first.tried, true);
    if (!tell(first) && !again) {
      around_.log->warn(
          "job queue '{}': job {} was {} too late, its lease had ended: it is delivered again, or was",
          queue_, first.delivery.job, first.is == fate::acked ? "done" : "given back");
    }
    told(first.delivery);
    untold_.pop_front();
  }
}

bool job_puller::tell(const verdict& what) {
  switch (what.is) {
    case fate::acked:
      return store_->ack(what.delivery);
    case fate::nacked:
      return store_->nack(what.delivery, what.reason);
    default:
      return store_->bury(what.delivery, what.reason);
  }
}

void job_puller::told(const job_receipt& delivery) {
  const std::lock_guard lock{mutex_};
  const auto found = out_.find(delivery.job);
  if (found != out_.end() && found->second == delivery.delivery) out_.erase(found);
}

bool job_puller::is_out(const job_receipt& delivery) const {
  const std::lock_guard lock{mutex_};
  const auto found = out_.find(delivery.job);
  return found != out_.end() && found->second == delivery.delivery;
}

void job_puller::extend() {
  std::shared_ptr<job_store> store;
  std::vector<job_receipt> out;
  {
    const std::lock_guard lock{mutex_};
    store = store_;
    out.reserve(out_.size());
    for (const auto& [job, delivery] : out_) out.push_back({job, delivery});
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
  if (untold_.empty()) return;
  try {
    open();
    tell_all();
  } catch (const job_queue_error& problem) {
    around_.log->error("{}; the verdicts on {} jobs are lost, and the jobs come again", problem.what(),
                       untold_.size());
  }
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
