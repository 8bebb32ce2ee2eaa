#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <memory>
#include <mutex>
#include <ostream>
#include <random>
#include <string>
#include <thread>

#include <unistd.h>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "isolated_jobs.hpp"

namespace reliability {

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr auto time_limit = 300ms;
constexpr auto stop = 3s;

/// Stops one of this process's children for three seconds, once, at a random moment.
class child_stopper {
 public:
  child_stopper(recovery_watch& watch, std::uint32_t seed, unsigned workers)
      : watch_{watch}, thread_{[&watch, seed, workers] {
          if (watch.await_processes(workers)) stop_one(watch, seed);
        }} {}
  ~child_stopper() {
    watch_.run_ended();
    thread_.join();
  }

 private:
  static void stop_one(recovery_watch& watch, std::uint32_t seed) {
    std::minstd_rand dice{seed};
    std::mutex mutex;
    std::unique_lock lock{mutex};
    std::condition_variable nobody;
    const auto pass = [&](auto time) { nobody.wait_for(lock, time, [] { return false; }); };
    pass(std::chrono::milliseconds{dice() % 300});
    const auto all = own_children();
    if (all.empty()) return;
    const pid_t victim = all[dice() % all.size()];
    watch.hit(victim);
    ::kill(victim, SIGSTOP);
    pass(stop);
    // Its number is nobody else's meanwhile, or it is another child of ours, which goes on anyway.
    const auto left = own_children();
    if (std::find(left.begin(), left.end(), victim) != left.end()) ::kill(victim, SIGCONT);
  }

  recovery_watch& watch_;
  std::thread thread_;
};

}  // namespace

/// `SEED JOBS LIMITED`: one of the processes of an isolated pool stands still for a while.
int stopped_children_child(const std::vector<std::string>& words) {
  const auto seed = static_cast<std::uint32_t>(std::stoul(words.at(0)));
  const auto book = std::make_shared<job_book>(static_cast<std::uint32_t>(std::stoul(words.at(1))));
  const bool limited = words.at(2) == "limited";
  const unsigned workers = 1 + seed % 3;
  recovery_watch watch;
  ps::graph g{"stopped"};
  g.source("jobs", book_source{book})
      .stage(
          "work",
          // So long that there is work left for the successor.
          [workers](const std::uint32_t& job) {
            static_cast<void>(compute_for(200 * workers, job));
            return done_job{job, ::getpid()};
          },
          ps::isolated, ps::workers(workers), ps::restarts(1000), ps::on_error(ps::retry(1, 0ms)),
          ps::timeout(limited ? std::chrono::nanoseconds{time_limit} : 1h))
      .sink("end", [&watch, book](const done_job& done) {
        watch.did_a_job(done.process);
        book->done(done.job);
      });
  ps::runtime_options options;
  options.log_level = "quiet";
  ps::runtime rt{options};
  auto run = rt.start(g);
  {
    const child_stopper stopper{watch, seed, workers};
    run.wait();
  }
  tell_end(run, *book, "work");
  const auto times = watch.times();
  const double limit = std::chrono::duration<double, std::milli>{time_limit}.count();
  std::cout << "stopped=" << watch.hits() << " replaced=" << times.size()
            << " found_ms=" << (times.empty() ? 0 : times.back() - limit) << std::endl;
  return 0;
}

/// SIGSTOP of a process of an isolated pool: with a time limit of its items it is found by that, without one
/// it goes on when it may.
reliability_case stopped_children_case() {
  return {"stopped_children", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            const unsigned runs = wanted.short_form ? 2 : 20;
            end_figures all;
            double bad = 0;
            double unseen = 0;
            double latest = 0;
            for (unsigned i = 0; i < runs; ++i) {
              const bool limited = i % 4 != 3;
              child program =
                  child::of_ours({"stopped-children", std::to_string(i + 1),
                                  wanted.short_form ? "5000" : "10000", limited ? "limited" : "unlimited"});
              const bool good = all.add(program, 60);
              const std::string& told = program.output();
              const double replaced = value_of(told, "replaced");
              const bool seen = value_of(told, "stopped") == 1 && replaced == (limited ? 1 : 0);
              if (!seen) ++unseen;
              if (!good) ++bad;
              if (!good || !seen) explain << "  stopped_children, seed " << i + 1 << ": " << told << '\n';
              if (limited) latest = std::max(latest, value_of(told, "found_ms"));
            }
            return {exactly("no good end", bad, 0, "runs"), exactly("lost", all.lost, 0, "jobs"),
                    exactly("acked early, judged or done twice", all.wrong, 0, "jobs"),
                    exactly("not replaced, or without need", unseen, 0, "runs"),
                    wanted.short_form
                        ? shown("successor has done a job, after the time limit", latest, "ms")
                        : at_most("successor has done a job, after the time limit", latest, 100, "ms")};
          }};
}

}  // namespace reliability
