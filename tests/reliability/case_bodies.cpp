#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>

#include <penstock/penstock.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "jobs.hpp"
#include "journal.hpp"

namespace reliability {

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t jobs_in_all = 400;
constexpr auto time_limit = 100ms;

/// The jobs that a former process has not finished; `acked` has a letter for each job.
struct rest_source {
  std::string acked;
  std::uint32_t next = 0;

  std::optional<std::uint32_t> operator()() {
    while (next < acked.size() && acked[next] == 'a') ++next;
    if (next == acked.size()) return std::nullopt;
    note('t', next);
    return next++;
  }
  void ack(const std::uint32_t& job) { note('a', job); }
  void nack(const std::uint32_t& job, const std::string&) { note('n', job); }
};

}  // namespace

/// `SEED`: one item's body never returns at the first attempt.
int hung_body_child(const std::vector<std::string>& words) {
  const auto seed = static_cast<std::uint32_t>(std::stoul(words.at(0)));
  const auto victim = seed * 2'654'435'761U % jobs_in_all;
  struct watch {
    std::promise<void> never;
    std::shared_future<void> end{never.get_future()};
    std::atomic<std::int64_t> hung{0};
    std::atomic<std::int64_t> again{0};
  };
  const auto seen = std::make_shared<watch>();
  const auto book = std::make_shared<job_book>(jobs_in_all);
  const auto now = [] { return steady::now().time_since_epoch().count(); };
  const auto work = [=](ps::worker_context& context, const std::uint32_t& job) {
    if (job != victim) return job;
    if (context.attempt() == 1) {
      seen->hung = now();
      seen->end.wait();
    }
    seen->again = now();
    return job;
  };
  ps::graph g{"hung body"};
  const auto add = [&](auto pool) {
    g.source("jobs", book_source{book})
        .stage("work", work, ps::workers(1 + seed % 4), pool, ps::timeout(time_limit),
               ps::on_error(ps::retry(1, 0ms)))
        .sink("end", [book](std::uint32_t job) { book->done(job); });
  };
  if (seed % 2 == 0)
    add(ps::blocking);
  else
    add(ps::per_core);
  ps::runtime_options options;
  options.log_level = "quiet";
  ps::runtime rt{options};
  rt.start(g).wait();
  const auto lost = book->without_effect() + book->without_verdict() + book->refused();
  const auto wrong = book->acked_early() + book->judged_twice() + book->done_twice();
  const double found = std::chrono::duration<double, std::milli>(
                           steady::duration{seen->again.load() - seen->hung.load()} - time_limit)
                           .count();
  std::cout << "lost=" << lost << " wrong=" << wrong << " found_ms=" << found << std::endl;
  std::_Exit(0);  // that thread will never end
}

/// `SEED ACKED`: the body of one item calls std::exit(3). No exit for seed 0.
int exit_child(const std::vector<std::string>& words) {
  const auto seed = static_cast<std::uint32_t>(std::stoul(words.at(0)));
  const auto victim = seed == 0 ? jobs_in_all : seed * 2'654'435'761U % jobs_in_all;
  const auto work = [=](const std::uint32_t& job) {
    if (job == victim) std::exit(3);
    return job;
  };
  ps::graph g{"exit"};
  const auto add = [&](auto pool) {
    g.source("jobs", rest_source{words.at(1)})
        .stage("work", work, ps::workers(2), pool)
        .sink("end", [](std::uint32_t job) { note('d', job); });
  };
  if (seed % 2 == 0)
    add(ps::blocking);
  else
    add(ps::cooperative);
  ps::runtime_options options;
  options.log_level = "quiet";
  ps::runtime rt{options};
  return rt.run(g);
}

/// A body that never returns is given up by its time limit and its item tried again.
reliability_case hung_bodies_case() {
  return {"hung_bodies", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            const unsigned runs = wanted.short_form ? 2 : 20;
            double lost = 0;
            double wrong = 0;
            double latest = 0;
            std::mutex mutex;
            two_at_a_time(runs, [&](unsigned i) {
              child program = child::of_ours({"hung-body", std::to_string(i + 1)});
              const auto code = program.end(30);
              const std::lock_guard lock{mutex};
              if (code != 0) {
                lost += jobs_in_all;
                explain << "  hung_bodies, seed " << i + 1 << ": no good end; " << program.output() << '\n';
                return;
              }
              lost += value_of(program.output(), "lost");
              wrong += value_of(program.output(), "wrong");
              latest = std::max(latest, value_of(program.output(), "found_ms"));
            });
            return {exactly("lost", lost, 0, "jobs"),
                    exactly("acked early, judged or done twice", wrong, 0, "jobs"),
                    wanted.short_form ? shown("found after its time limit", latest, "ms")
                                      : at_most("found after its time limit", latest, 100, "ms")};
          }};
}

/// std::exit in a body ends the process, which says so; the next process does the rest.
reliability_case exits_case() {
  return {"exit_in_body", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            const unsigned runs = wanted.short_form ? 2 : 20;
            double lost = 0;
            double early = 0;
            double unreported = 0;
            double latest = 0;
            std::mutex mutex;
            two_at_a_time(runs, [&](unsigned i) {
              std::string acked(jobs_in_all, '-');
              const auto began = steady::now();
              child first = child::of_ours({"exit", std::to_string(i + 1), acked});
              const auto first_code = first.end(30);
              const double took = seconds_since(began);
              double early_here = 0;
              const auto learn = [&](const std::string& output) {
                for (const auto& [job, story] : read_journal(output)) {
                  if (story.early) ++early_here;
                  if (story.acks > 0) acked[job] = 'a';
                }
              };
              learn(first.output());
              child second = child::of_ours({"exit", "0", acked});
              const auto second_code = second.end(30);
              learn(second.output());
              const bool told =
                  first_code == 3 && first.output().find("'work': std::exit(3)") != std::string::npos;
              const std::lock_guard lock{mutex};
              lost += static_cast<double>(std::count(acked.begin(), acked.end(), '-'));
              early += early_here;
              latest = std::max(latest, took);
              if (told && second_code == 0) return;
              ++unreported;
              explain << "  exit_in_body, seed " << i + 1 << ": ended with " << first_code.value_or(-1000)
                      << ", then " << second_code.value_or(-1000) << '\n';
            });
            return {exactly("lost", lost, 0, "jobs"), exactly("acked early", early, 0, "jobs"),
                    exactly("not ended by that exit, or not told so", unreported, 0, "runs"),
                    wanted.short_form ? shown("longest life of the process", latest, "s")
                                      : at_most("longest life of the process", latest, 1, "s")};
          }};
}

}  // namespace reliability
