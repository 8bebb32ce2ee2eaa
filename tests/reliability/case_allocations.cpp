#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <iostream>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <ostream>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

#include "child.hpp"
#include "failing_new.hpp"
#include "harness.hpp"
#include "jobs.hpp"

namespace reliability {

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t jobs_in_all = 40;
/// s; a child that takes longer hangs.
constexpr double patience = 10;
/// After so many clean runs in a row there was nothing left to fail.
constexpr unsigned clean_runs = 6;
constexpr std::uint64_t most_allocations = 100'000;  ///< of one run; far more than there are

using book_ref = std::shared_ptr<job_book>;

/// One stage that runs its body itself, with an operator before and behind.
ps::graph plain(const book_ref& book) {
  ps::graph g{"plain"};
  g.source("jobs", book_source{book})
      .map([](std::uint32_t job) { return job; })
      .stage("work", [](std::uint32_t job) { return std::to_string(1'000'000'000'000'000'000 + job); })
      .map([](const std::string& text) { return static_cast<std::uint32_t>(std::stoull(text) % 1'000'000); })
      .sink("end", [book](std::uint32_t job) { book->done(job); });
  return g;
}

/// Pools of all kinds, retries, keys, order, a time limit, two consumers.
ps::graph pools(const book_ref& book) {
  struct once : std::exception {};
  ps::graph g{"pools"};
  auto worked =
      g.source("jobs", book_source{book}, ps::blocking)
          .stage(
              "retries",
              [](ps::worker_context& context, const std::uint32_t& job) {
                if (job % 8 == 1 && context.attempt() == 1) throw once{};
                return job;
              },
              ps::workers(2), ps::blocking, ps::ordered, ps::timeout(10s), ps::on_error(ps::retry(1, 1us)))
          .by_key([](const std::uint32_t& job) { return job % 5; })
          .stage(
              "keys", [](std::uint32_t job) { return job; }, ps::workers(2));
  worked.sink("first", [book](std::uint32_t job) { book->done(job); });
  worked.sink("second", [](std::uint32_t) {});
  return g;
}

/// Jobs that are taken to pieces and put together again, an instance that is replaced.
ps::graph scattered(const book_ref& book) {
  struct once : std::exception {};
  ps::graph g{"scattered"};
  g.source("jobs", book_source{book}, ps::in_flight(8))
      .scatter("cut", [](std::uint32_t job) { return std::vector<std::uint32_t>(3, job); })
      .stage(
          "work",
          [](ps::worker_context& context, const std::uint32_t& job) {
            if (job % 16 == 3 && context.attempt() == 1) throw once{};
            return job;
          },
          ps::workers(2), ps::per_core, ps::on_error(ps::restart_worker(1, 0s)), ps::restarts(1'000, 1h, 0s))
      .gather("together",
              [](const std::vector<ps::outcome<std::uint32_t>>& pieces) {
                for (const auto& each : pieces) {
                  if (each.has_value()) return *each;
                }
                throw once{};
              })
      .sink("end", [book](std::uint32_t job) { book->done(job); });
  return g;
}

/// Jobs that a pool takes item by item, so that done ones wait with those to come.
ps::graph shared(const book_ref& book) {
  ps::graph g{"shared"};
  g.source("jobs", book_source{book})
      .stage(
          "work", [](std::uint32_t job) { return std::to_string(1'000'000'000'000'000'000 + job); },
          ps::workers(2), ps::per_core)
      .sink("end", [book](const std::string& text) {
        book->done(static_cast<std::uint32_t>(std::stoull(text) % 1'000'000));
      });
  return g;
}

const std::vector<ps::graph (*)(const book_ref&)> graphs{&plain, &pools, &scattered, &shared};

struct run_end {
  bool started = false;
  bool failed = false;
  bool clean = true;  ///< nothing was made to fail
  std::uint64_t unbalanced = 0;
  std::uint64_t asked = 0;
  std::uint64_t missing = 0;
  std::uint64_t early = 0;
};

/// With the n-th allocation of the run failing; 0: none.
run_end run_with(unsigned which, std::uint64_t n) {
  run_end end;
  const auto warm_up = std::make_shared<job_book>(1);
  const auto book = std::make_shared<job_book>(jobs_in_all);
  ps::runtime_options options;
  options.log_level = "quiet";
  ps::runtime rt{options};
  rt.start(plain(warm_up)).wait();
  const ps::graph g = graphs.at(which)(book);
  if (n > 0) failing_new::arm(n, 0);
  try {
    ps::run running = rt.start(g);
    end.started = true;
    running.wait();
    failing_new::disarm();
  } catch (const std::exception&) {
    end.failed = true;
  }
  failing_new::disarm();
  end.clean = !failing_new::hit();
  end.asked = failing_new::asked();
  const auto missing = end.failed ? 0 : book->without_effect();
  end.missing = missing;
  end.early = book->acked_early();
  end.unbalanced =
      missing + book->without_verdict() + book->acked_early() + book->judged_twice() + book->done_twice();
  return end;
}

/// Blocks that are alive once all is over. A thread of CAF may free its last ones when the runtime has gone,
/// so the least of several looks counts.
std::int64_t blocks_after_good_runs(unsigned which) {
  auto least = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 4; ++i) {
    run_with(which, 0);
    least = std::min(least, failing_new::living_blocks());
  }
  return least;
}

struct sums {
  double failed = 0;     ///< runs that ended in an error
  double succeeded = 0;  ///< and those that took no notice
  double crashed = 0;
  double hung = 0;
  double leaked = 0;
  double unbalanced = 0;
  double allocations = 0;
};

void take(sums& all, const std::string& told, std::optional<int> code, const std::string& where,
          std::ostream& explain) {
  const auto complain = [&](const std::string& what) {
    explain << "  allocations, " << where << ": " << what << '\n';
  };
  if (!code) {
    ++all.hung;
    complain("hangs");
  } else if (*code != 0) {
    ++all.crashed;
    complain("ended with " + std::to_string(*code) + " " + told);
  } else {
    ++(value_of(told, "failed") > 0 ? all.failed : all.succeeded);
    if (value_of(told, "leaked") != 0) {
      ++all.leaked;
      complain(told);
    }
    if (value_of(told, "unbalanced") != 0) {
      ++all.unbalanced;
      complain(told);
    }
  }
}

}  // namespace

/// `GRAPH N`: runs a graph with its N-th allocation failing and tells what became of it.
int allocation_child(const std::vector<std::string>& words) {
  failing_new::count_blocks();
  const auto which = static_cast<unsigned>(std::stoul(words.at(0)));
  const auto n = std::stoull(words.at(1));
  const auto before = blocks_after_good_runs(which);
  const run_end end = run_with(which, n);
  const auto leaked = blocks_after_good_runs(which) - before;
  std::cout << "clean=" << end.clean << " failed=" << end.failed << " started=" << end.started
            << " leaked=" << leaked << " unbalanced=" << end.unbalanced << " missing=" << end.missing
            << " early=" << end.early << " asked=" << end.asked << std::endl;
  return 0;
}

/// The n-th allocation fails, for every n. Each in a process of its own, so that a crash or a hang is one
/// line.
reliability_case allocations_case() {
  return {"allocations", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            // Which allocation is the n-th depends on the threads, so in the short form any few will do.
            const std::uint64_t step = wanted.short_form ? 29 : 1;
            sums all;
            std::mutex mutex;
            for (unsigned which = 0; which < graphs.size(); ++which) {
              std::atomic<std::uint64_t> next{1};
              std::atomic<unsigned> clean{0};
              const auto work = [&](unsigned) {
                while (clean < clean_runs && next < most_allocations) {
                  const auto n = next.fetch_add(step);
                  child program = child::of_ours({"allocation", std::to_string(which), std::to_string(n)});
                  const auto code = program.end(patience);
                  const std::string& told = program.output();
                  const std::lock_guard lock{mutex};
                  clean = code == 0 && value_of(told, "clean") > 0 ? clean + 1 : 0;
                  all.allocations += clean > 0 ? 0 : 1;
                  take(all, told, code, "graph " + std::to_string(which) + ", n = " + std::to_string(n),
                       explain);
                }
              };
              two_at_a_time(2, work);
            }
            return {exactly("crashed", all.crashed, 0, "runs"),
                    exactly("hung", all.hung, 0, "runs"),
                    exactly("leaked", all.leaked, 0, "runs"),
                    exactly("lost, early or two verdicts", all.unbalanced, 0, "runs"),
                    at_least("allocations that failed", all.allocations, wanted.short_form ? 5 : 100, ""),
                    shown("of these, runs that ended in an error", all.failed, "runs")};
          }};
}

}  // namespace reliability
