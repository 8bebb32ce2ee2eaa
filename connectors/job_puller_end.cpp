// What a puller does about verdicts that can't be told, or came too late.

#include <spdlog/logger.h>

#include <algorithm>
#include <new>
#include <utility>

#include <penstock/connectors/job_puller.hpp>
#include <penstock/connectors/job_queue_error.hpp>

namespace penstock {

namespace {

/// The first of many, for one line.
template <class Each, class Name>
std::string listed(const std::vector<Each>& all, Name name) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i) text += (i > 0 ? ", " : "") + name(all[i]);
  if (all.size() > most) text += " and " + std::to_string(all.size() - most) + " more";
  return text;
}

}  // namespace

void job_puller::warn_of_late(const std::vector<job_verdict>& told,
                              const std::vector<job_receipt>& late) const {
  if (late.size() > 1) {
    around_.log->warn(
        "job queue '{}': the verdicts on {} jobs came too late, their leases had ended: they are delivered "
        "again, or were: {}",
        queue_, late.size(), listed(late, [](const job_receipt& each) { return each.job; }));
    return;
  }
  const auto which = std::find_if(told.begin(), told.end(),
                                  [&](const job_verdict& each) { return each.delivery == late.front(); });
  const bool acked = which != told.end() && which->is == job_fate::acked;
  around_.log->warn(
      "job queue '{}': job {} was {} too late, its lease had ended: it is delivered again, or was", queue_,
      late.front().job, acked ? "done" : "given back");
}

void job_puller::finish() {
  give_back_kept("its source ended before it was given on");
  if (!owes()) return;
  try {
    open();
    while (book_.owed() > 0) tell_or_lose();
    store_->give_back_unsure();
  } catch (const job_queue_error& problem) {
    if (book_.owed() == 0) {
      around_.log->error("{}; a job that nobody has heard of may be out until its lease ends",
                         problem.what());
      return;
    }
    around_.log->error("{}; the verdicts on {} jobs are lost, and the jobs come again", problem.what(),
                       book_.owed());
  }
}

/// Throws a problem of all of them, as that the store is away.
void job_puller::tell_or_lose() {
  constexpr std::size_t group = 256;
  const auto count = std::min(group, book_.owed());
  try {
    tell(count, nullptr);
    return;
  } catch (const job_queue_error& problem) {
    if (problem.is_passing()) throw;
  } catch (const std::bad_alloc&) {
    // A single one needs less.
  }
  tell_each_or_lose_it(count);
}

/// One of a group can't be told, which must not take the others along.
void job_puller::tell_each_or_lose_it(std::size_t count) {
  lost_jobs lost;
  for (; count > 0; --count) {
    try {
      tell(1, nullptr);
    } catch (const job_queue_error& problem) {
      if (problem.is_passing()) {
        say(lost);
        throw;
      }
      lose_earliest(lost, problem.what());
    } catch (const std::bad_alloc& problem) {
      lose_earliest(lost, problem.what());
    }
  }
  say(lost);
}

void job_puller::lose_earliest(lost_jobs& lost, const char* why) {
  try {
    lost.why = why;
    lost.names.push_back(book_.earliest().job);
  } catch (const std::bad_alloc&) {
    // It goes unnamed.
  }
  const auto before = book_.owed_of_run();
  book_.forget(1);
  lost_.acked += before.acked - book_.owed_of_run().acked;
  lost_.nacked += before.nacked - book_.owed_of_run().nacked;
}

void job_puller::say(const lost_jobs& lost) const {
  if (lost.names.empty()) return;
  const bool many = lost.names.size() > 1;
  around_.log->error("{}; {} {} {} lost, and {} again", lost.why,
                     many ? "the verdicts on jobs" : "the verdict on job",
                     listed(lost.names, [](const std::string& job) { return job; }), many ? "are" : "is",
                     many ? "the jobs come" : "the job comes");
}

untold_verdicts job_puller::untold() const {
  const auto owed = book_.owed_of_run();
  return {owed.acked + lost_.acked, owed.nacked + lost_.nacked};
}

}  // namespace penstock
