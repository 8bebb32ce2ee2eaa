#include <algorithm>
#include <csignal>
#include <future>
#include <mutex>
#include <optional>
#include <ostream>
#include <random>
#include <string>

#include <penstock/penstock.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "journal.hpp"

namespace reliability {

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr double deadline = 0.3;  ///< s
constexpr int under_way = 32;     ///< jobs at a time

/// Takes `time`, or for ever.
void keep_busy(std::optional<std::chrono::microseconds> time) {
  std::promise<void> never;
  const auto end = never.get_future();
  if (time) {
    end.wait_for(*time);
  } else {
    end.wait();
  }
}

/// Jobs without end, unless it hangs.
struct job_source {
  std::optional<std::uint32_t> hangs_at;
  std::uint32_t next = 0;

  std::optional<std::uint32_t> operator()() {
    if (next == hangs_at) {
      note('h', next);
      keep_busy(std::nullopt);
    }
    note('t', next);
    return next++;
  }
  void ack(const std::uint32_t& job) { note('a', job); }
  void nack(const std::uint32_t& job, const std::string&) { note('n', job); }
};

struct run_figures {
  double unbalanced = 0;  ///< jobs without exactly one verdict
  double early = 0;
  double wrong_end = 0;
  double late = -1;  ///< s, after the time in which it must have ended
};

}  // namespace

/// `SEED`: works on jobs without end, some of which hang for ever, until a signal comes.
int job_child(const std::vector<std::string>& words) {
  std::minstd_rand dice{static_cast<std::uint32_t>(std::stoul(words.at(0)))};
  const bool hangs = dice() % 2 == 0;
  const bool limited = dice() % 3 == 0;
  const auto longest = 100U << (dice() % 8);
  ps::runtime_options options;
  options.drain = 300ms;
  options.log_level = "quiet";
  ps::runtime rt{options};
  ps::graph g{"jobs"};
  auto work = [=](ps::worker_context& context, const std::uint32_t& job) {
    const auto drawn = (job + 1) * 2'654'435'761U;
    // One that is given up is tried again.
    if (hangs && drawn % 61 == 0 && context.attempt() == 1) keep_busy(std::nullopt);
    keep_busy(std::chrono::microseconds{drawn % longest});
    return job;
  };
  const bool source_hangs = dice() % 5 == 0;
  const auto hangs_at =
      source_hangs ? std::optional{static_cast<std::uint32_t>(1 + dice() % 200)} : std::nullopt;
  auto jobs = g.source("jobs", job_source{hangs_at}, ps::in_flight(under_way), ps::blocking);
  auto worked = limited ? jobs.stage("work", work, ps::workers(4), ps::blocking, ps::timeout(100ms),
                                     ps::on_error(ps::retry(1, 1ms)), ps::restarts(1'000'000, 1h, 0s))
                        : jobs.stage("work", work, ps::workers(4), ps::blocking);
  worked.sink("end", [](std::uint32_t job) { note('d', job); });
  return rt.run(g);
}

namespace {

run_figures one_run(unsigned seed, std::ostream& explain, std::mutex& mutex) {
  std::minstd_rand dice{seed * 7919 + 1};
  child program = child::of_ours({"jobs", std::to_string(seed + 1)});
  run_figures found;
  if (!program.await("t 0\n", 30)) {
    const std::lock_guard lock{mutex};
    explain << "  sigterm " << seed << ": the program did not start\n";
    found.wrong_end = 1;
    return found;
  }
  program.let_run(static_cast<double>(dice() % 300) / 1000);
  auto last_signal = steady::now();
  program.send(SIGTERM);
  double allowed = deadline + 1;
  bool twice = dice() % 3 == 0;
  if (twice) {
    const double between = 0.15 + static_cast<double>(dice() % 500) / 1000;  // sooner they are one
    program.let_run(between);
    program.send(SIGTERM);
    // The second one is an abort, which may take a second, but no longer than the drain would have taken.
    allowed = std::max(0.0, std::min(between + 1, allowed) - seconds_since(last_signal));
    last_signal = steady::now();
  }
  const auto code = program.end(20);
  found.late = seconds_since(last_signal) - allowed;
  const auto jobs = read_journal(program.output());
  // Nobody can tell a source that hangs what became of those that were under way.
  const bool deaf = std::any_of(jobs.begin(), jobs.end(), [](const auto& each) { return each.second.hung; });
  double untold = 0;
  for (const auto& [job, story] : jobs) {
    const int verdicts = story.acks + story.nacks;
    if (story.taken && verdicts == 0) ++untold;
    if (verdicts > 1) ++found.unbalanced;
    if (story.early) ++found.early;
  }
  found.unbalanced += std::max(0.0, untold - (deaf ? under_way : 0));
  const bool good_end = code == 0 || code == 75 || (twice && code == 143);
  if (!good_end) ++found.wrong_end;
  if (good_end && found.unbalanced == 0) return found;
  const std::lock_guard lock{mutex};
  explain << "  sigterm, seed " << seed << ": "
          << (code ? "ended with " + std::to_string(*code) : std::string{"did not end"}) << ", "
          << found.unbalanced << " jobs of " << jobs.size() << " without exactly one verdict\n";
  return found;
}

}  // namespace

/// SIGTERM at a random moment, sometimes twice.
reliability_case sigterm_case() {
  return {"sigterm", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            const unsigned runs = wanted.short_form ? 6 : 200;
            run_figures all;
            std::mutex mutex;
            two_at_a_time(runs, [&](unsigned i) {
              const run_figures one = one_run(i, explain, mutex);
              const std::lock_guard lock{mutex};
              all.unbalanced += one.unbalanced;
              all.early += one.early;
              all.wrong_end += one.wrong_end;
              all.late = std::max(all.late, one.late);
            });
            return {exactly("without exactly one verdict", all.unbalanced, 0, "jobs"),
                    exactly("acked early", all.early, 0, "jobs"),
                    exactly("ended with another code than 0, 75, 143", all.wrong_end, 0, "runs"),
                    wanted.short_form ? shown("latest end, after deadline + 1 s", all.late, "s")
                                      : at_most("latest end, after deadline + 1 s", all.late, 0, "s")};
          }};
}

}  // namespace reliability
