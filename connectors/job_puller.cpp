#include <penstock/connectors/job_puller.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <random>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>

namespace penstock {

namespace {
using std::chrono::nanoseconds;

/// Verdicts that are told in one go, so that a store is not locked for long.
constexpr std::size_t most_told = 1024;
/// Names are whatever somebody put.
constexpr std::size_t most_noticed = 100;
}  // namespace

job_puller::surroundings job_puller::real(std::shared_ptr<spdlog::logger> log, std::function<void()> wake) {
  auto random = [engine = std::minstd_rand{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<>{}(engine);
  };
  auto now = [] { return nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}; };
  return {std::move(log), std::move(wake), std::move(random), std::move(now)};
}

job_puller::job_puller(std::string queue, queue_settings settings, opener open, surroundings around,
                       std::string reader)
    : queue_{std::move(queue)},
      settings_{settings},
      open_{std::move(open)},
      around_{std::move(around)},
      reader_{std::move(reader)} {}

job_puller::~job_puller() = default;

void job_puller::open() {
  if (store_ != nullptr) return;
  std::shared_ptr<job_store> opened = open_();
  opened->on_change(around_.wake);
  const std::lock_guard lock{mutex_};
  store_ = std::move(opened);
}

job_puller::pulled job_puller::next(std::uint32_t room) {
  pulled answer;
  try {
    if (kept() == 0) {
      if (holds_back()) {
        answer.again_in = again_at_ - around_.now();
        return answer;
      }
      open();
      const take_order wanted{settings_.rules, size_.within(std::max<std::uint32_t>(room, 1)), reader_,
                              group_size::most_bytes, settings_.until_empty};
      book_.make_room(wanted.most);
      const exchange_result taken = exchange(&wanted);
      went_well();
      answer.ended = kept() == 0 && taken.empty && settings_.until_empty;
      answer.needs_verdicts = kept() == 0 && (settings_.until_empty || taken.held_up);
      answer.unreadable = taken.unreadable;
      answer.again_in = taken.again_in;
    }
    if (kept() > 0) answer.job = std::move(kept_[given_++]);
  } catch (const job_queue_error& problem) {
    if (!problem.is_passing()) throw;
    hold_back(problem.what());
    answer.again_in = again_at_ - around_.now();
  }
  return answer;
}

void job_puller::keep(exchange_result& result) {
  std::uint64_t bytes = 0;
  for (const taken_job& each : result.jobs) {
    bytes += each.item.archive.size() + each.item.json.size();
    book_.add(each.receipt);
  }
  size_.took(result.jobs.size(), bytes);
  kept_ = std::move(result.jobs);
  given_ = 0;
}

void job_puller::give_back_kept(const std::string& reason) {
  while (kept() > 0) give_back(kept_[given_++].receipt, reason);
}

void job_puller::unreadable(const taken_job& job, const std::string& reason) {
  if (reader_.empty()) {
    around_.log->error("job queue '{}': job {} is dead: {}", queue_, job.receipt.job, reason);
    book_.settle(job.receipt, job_fate::buried, reason, false);
    return;
  }
  book_.settle(job.receipt, job_fate::unreadable, reason, false);
  const auto& schema = job.item.schema;
  if (!unreadable_.insert(schema == nullptr ? std::string{} : schema->hash).second) return;
  around_.log->error(
      "job queue '{}': this program can't read job {}: {}; jobs of its kind are left to programs that can",
      queue_, job.receipt.job, reason);
}

void job_puller::noticed(const taken_job& job, const read_notes& notes) {
  if (notes.without_schema && noticed_.insert(std::string{}).second) {
    around_.log->warn(
        "job queue '{}': job {} was put by a program that kept no schema of its items; it is read on trust, "
        "as the "
        "type's name is the same, and so are others of its kind",
        queue_, job.receipt.job);
  }
  for (const std::string& member : notes.ignored_members) {
    if (noticed_.size() >= most_noticed || !noticed_.insert(member).second) continue;
    around_.log->warn(
        "job queue '{}': job {} has a member '{}' that this program does not know: it is ignored", queue_,
        job.receipt.job, member);
  }
}

std::optional<nanoseconds> job_puller::flush(bool asks_again) {
  if (!owes() || asks_again) return std::nullopt;
  if (holds_back()) return again_at_ - around_.now();
  try {
    open();
    exchange(nullptr);
    store_->give_back_unsure();
    went_well();
    return std::nullopt;
  } catch (const job_queue_error& problem) {
    if (!problem.is_passing()) throw;
    hold_back(problem.what());
    return again_at_ - around_.now();
  }
}

/// Tells all verdicts, the last of them with the wish for jobs.
exchange_result job_puller::exchange(const take_order* wanted) {
  while (book_.owed() > most_told) tell(most_told, nullptr);
  if (book_.owed() == 0 && wanted == nullptr) return {};
  return tell(most_told, wanted);
}

exchange_result job_puller::tell(std::size_t most, const take_order* wanted) {
  const auto told = book_.first(most);
  exchange_result result;
  book_.send(told.size());
  try {
    result = store_->exchange(told, wanted);
  } catch (...) {
    book_.tried(told.size());
    throw;
  }
  if (wanted != nullptr) keep(result);
  std::erase_if(result.late, [&](const job_receipt& each) { return !book_.is_new(each); });
  book_.forget(told.size());
  if (!result.late.empty()) warn_of_late(told, result.late);
  return result;
}

void job_puller::extend() {
  std::shared_ptr<job_store> store;
  {
    const std::lock_guard lock{mutex_};
    store = store_;
  }
  if (store == nullptr) return;
  const auto out = book_.to_extend();
  if (out.empty()) return;
  try {
    for (const job_receipt& lost : store->extend(out, settings_.rules.lease)) {
      if (!book_.holds(lost)) continue;  // its verdict was told meanwhile
      around_.log->warn("job queue '{}': the lease of job {} had ended before it could be extended", queue_,
                        lost.job);
    }
  } catch (const job_queue_error& problem) {
    // There is another try before the leases end; if all fail, the verdicts will say so.
    around_.log->warn("the leases of {} jobs could not be extended: {}", out.size(), problem.what());
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
