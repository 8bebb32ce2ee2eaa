// Processes of isolated workers that are killed, and items that kill them.
#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <memory>
#include <mutex>
#include <ostream>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "isolated_jobs.hpp"

namespace reliability {

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

/// Kills one of this process's children every 50 ms as long as it lives.
class child_killer {
 public:
  explicit child_killer(recovery_watch& watch) : thread_{[this, &watch] { kill_on(watch); }} {}
  ~child_killer() {
    {
      const std::lock_guard lock{mutex_};
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

 private:
  void kill_on(recovery_watch& watch) {
    std::minstd_rand dice{static_cast<std::uint32_t>(::getpid())};
    std::unique_lock lock{mutex_};
    while (!changed_.wait_for(lock, 50ms, [this] { return over_; })) {
      const auto all = own_children();
      if (all.empty()) continue;
      const pid_t victim = all[dice() % all.size()];
      watch.hit(victim);
      ::kill(victim, SIGKILL);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

/// Jobs one of which must be a dead letter when it is acked.
class poisoned_source : public book_source {
 public:
  poisoned_source(std::shared_ptr<job_book> book, std::uint32_t poison, std::string letters)
      : book_source{book}, book_{std::move(book)}, poison_{poison}, letters_{std::move(letters)} {}

  void ack(const std::uint32_t& job) {
    if (job == poison_ && ps::dead_letter_store{letters_}.list().size() == 1) book_->done(job);
    book_source::ack(job);
  }

 private:
  std::shared_ptr<job_book> book_;
  std::uint32_t poison_;
  std::string letters_;
};

}  // namespace

/// `ITEMS LETTERS`: their processes are killed at random.
int killed_children_child(const std::vector<std::string>& words) {
  const auto book = std::make_shared<job_book>(static_cast<std::uint32_t>(std::stoul(words.at(0))));
  recovery_watch watch;
  ps::graph g{"killed"};
  g.source("jobs", book_source{book})
      .stage(
          "work",
          [](const std::uint32_t& job) {
            static_cast<void>(compute_for(100, job));
            return done_job{job, ::getpid()};
          },
          ps::isolated, ps::workers(2), ps::restarts(1'000'000), ps::on_error(ps::dead_letter()))
      .sink("end", [&watch, book](const done_job& done) {
        watch.did_a_job(done.process);
        book->done(done.job);
      });
  ps::runtime_options options;
  options.log_level = "quiet";
  options.dead_letters = words.at(1);
  ps::runtime rt{options};
  auto run = rt.start(g);
  {
    const child_killer killer{watch};
    run.wait();
  }
  tell_end(run, *book, "work");
  const auto times = watch.times();
  if (times.empty()) return 1;
  std::cout << "kills=" << watch.hits() << " recovered=" << times.size() << " p50=" << times[times.size() / 2]
            << " p99=" << times[times.size() * 99 / 100] << std::endl;
  return 0;
}

/// `SEED LETTERS`: one of 10,000 jobs ends every process that tries it.
int poison_child(const std::vector<std::string>& words) {
  constexpr std::uint32_t jobs = 10'000;
  const auto seed = static_cast<std::uint32_t>(std::stoul(words.at(0)));
  const auto poison = seed * 2'654'435'761U % jobs;
  const std::string& letters = words.at(1);
  const auto book = std::make_shared<job_book>(jobs);
  ps::graph g{"poison"};
  g.source("jobs", poisoned_source{book, poison, letters})
      .stage(
          "work",
          [poison](const std::uint32_t& job) {
            if (job == poison) ::raise(SIGSEGV);
            return job;
          },
          ps::isolated, ps::workers(1 + seed % 3), ps::on_error(ps::retry(5, 0ms), ps::dead_letter()))
      .sink("end", [book](std::uint32_t job) { book->done(job); });
  ps::runtime_options options;
  options.log_level = "quiet";
  options.dead_letters = letters;
  ps::runtime rt{options};
  auto run = rt.start(g);
  tell_end(run, *book, "work");
  const auto found = ps::dead_letter_store{letters}.list();
  const bool right = found.size() == 1 && found[0].json == std::to_string(poison) &&
                     found[0].exception_text.find("SIGSEGV") != std::string::npos;
  std::cout << "other_letters=" << (right ? 0 : 1) << std::endl;
  return 0;
}

/// A random process of an isolated pool is killed every 50 ms.
reliability_case killed_children_case() {
  return {"killed_children", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            const penstock_test::scratch_folder folder;
            child program = child::of_ours({"killed-children", wanted.short_form ? "10000" : "100000",
                                            (folder / "letters.sqlite").string()});
            end_figures all;
            const bool good = all.add(program, 120);
            const std::string& told = program.output();
            if (!good) explain << "  killed_children: no good end; " << told << '\n';
            return {exactly("no good end", good ? 0 : 1, 0, "runs"),
                    exactly("lost", all.lost, 0, "jobs"),
                    exactly("acked early, judged or done twice", all.wrong, 0, "jobs"),
                    exactly("innocent dead letters", all.letters, 0, "jobs"),
                    at_least("killed", value_of(told, "kills"), wanted.short_form ? 3 : 50, "processes"),
                    shown("until a successor has done a job, p50", value_of(told, "p50"), "ms"),
                    shown("until a successor has done a job, p99", value_of(told, "p99"), "ms")};
          }};
}

/// A job that ends every process that tries it.
reliability_case poison_case() {
  return {"poison", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            const unsigned runs = wanted.short_form ? 2 : 10;
            end_figures all;
            double bad = 0;
            double others = 0;
            for (unsigned i = 0; i < runs; ++i) {
              const penstock_test::scratch_folder folder;
              child program =
                  child::of_ours({"poison", std::to_string(i + 1), (folder / "letters.sqlite").string()});
              if (!all.add(program, 60)) {
                ++bad;
                explain << "  poison, seed " << i + 1 << ": no good end; " << program.output() << '\n';
              }
              others += value_of(program.output(), "other_letters");
            }
            return {exactly("no good end", bad, 0, "runs"), exactly("lost", all.lost, 0, "jobs"),
                    exactly("acked early, judged or done twice", all.wrong, 0, "jobs"),
                    exactly("dead letters", all.letters, runs, "jobs"),
                    exactly("runs with another letter than the poison's", others, 0, "runs")};
          }};
}

}  // namespace reliability
