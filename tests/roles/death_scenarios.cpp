// What ends an isolated worker's process, and what must not; what becomes of its items.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include <unistd.h>

#include <penstock/messages/codec.hpp>

#include "scenarios.hpp"

namespace role_program {

using namespace std::chrono_literals;

namespace {

void run_out_of_memory() {
  for (std::vector<std::vector<char>> all;;) all.emplace_back(10'000'000, 'x');
}

/// Ends the process, each in its own way.
[[gnu::noinline]] void die(const std::string& how) {
  if (how == "segv") {
    volatile int* nowhere = nullptr;
    *nowhere = 1;
  }
  if (how == "abort") std::abort();
  if (how == "exit") std::exit(3);
  if (how == "terminate") std::thread{[] { throw std::runtime_error{"nobody catches this"}; }}.join();
  if (how == "memory") run_out_of_memory();
  if (how == "kill") raise(SIGKILL);
  if (how == "stop") raise(SIGSTOP);
}

/// One item of many ends its process whenever it is tried. `what` says what the policy is.
int poison(ps::runtime& rt, const words& said) {
  const std::string how = said.at(0);
  ps::graph g{"poison"};
  const auto limit = how == "stop" ? 500ms : 30'000ms;
  // Sanitizers reserve more than any real limit.
  const auto memory = how == "memory" ? std::int64_t{256} << 20 : std::int64_t{1} << 50;
  const auto body = [how](int n) {
    if (n == 500) die(how);
    return n;
  };
  long sum = 0;
  const auto end = [&](int n) { sum += n; };
  const auto source = g.source("numbers", numbers(1000));
  if (said.at(1) == "letter") {
    source
        .stage("work", body, ps::isolated, ps::memory_limit(memory), ps::timeout(limit),
               ps::on_error(ps::retry(1), ps::dead_letter()))
        .sink("end", end);
  } else {
    source.stage("work", body, ps::isolated, ps::memory_limit(memory), ps::timeout(limit)).sink("end", end);
  }
  const int code = run_and_tell(rt, g, "work");
  std::cout << "sum " << sum << std::endl;
  return code;
}

/// Every tenth item ends its process at its first attempt; all are done.
int dies_once(ps::runtime& rt, const words& said) {
  ps::graph g{"dies once"};
  int next = 1;
  bool in_order = true;
  g.source("numbers", numbers(200))
      .stage(
          "work",
          [how = said.at(0)](ps::worker_context& context, int n) {
            if (n % 10 == 0 && context.attempt() == 1) die(how);
            return n;
          },
          ps::isolated, ps::workers(2), ps::ordered, ps::timeout(said.at(0) == "stop" ? 300ms : 30'000ms),
          ps::restarts(1000))
      .sink("end", [&](int n) { in_order = in_order && n == next++; });
  const int code = run_and_tell(rt, g, "work");
  std::cout << (in_order ? "in order " : "out of order ") << next - 1 << std::endl;
  return code;
}

/// Somebody kills a process every so many ms while items pass.
int killed(ps::runtime& rt, const words& said) {
  const int items = std::stoi(said.at(0));
  ps::graph g{"killed"};
  std::vector<int> seen(static_cast<std::size_t>(items) + 1, 0);
  g.source("numbers", numbers(items))
      .stage(
          "work",
          [](int n) {
            // Some microseconds of work.
            volatile int spin = 0;
            for (int i = 0; i < 20'000; ++i) spin = spin + 1;
            return n;
          },
          ps::isolated, ps::workers(2), ps::restarts(1'000'000), ps::on_error(ps::dead_letter()))
      .sink("end", [&](int n) { ++seen[static_cast<std::size_t>(n)]; });
  auto run = rt.start(g);
  std::mutex mutex;
  std::condition_variable ended;
  bool over = false;
  std::thread killer{[&] {
    std::mt19937 random{7};
    std::unique_lock lock{mutex};
    while (!ended.wait_for(lock, 50ms, [&] { return over; })) {
      const auto all = children();
      if (!all.empty()) kill(all[random() % all.size()], SIGKILL);
    }
  }};
  try {
    run.wait();
  } catch (const std::exception& wrong) {
    std::cout << "failed: " << wrong.what() << std::endl;
  }
  {
    const std::lock_guard lock{mutex};
    over = true;
  }
  ended.notify_one();
  killer.join();
  int lost = 0;
  int twice = 0;
  for (std::size_t i = 1; i < seen.size(); ++i) {
    lost += seen[i] == 0 ? 1 : 0;
    twice += seen[i] > 1 ? 1 : 0;
  }
  const auto last = run.snapshot();
  std::cout << "lost " << lost << " twice " << twice << " letters " << last.stages.at(1).dead_letters
            << " restarts " << last.stages.at(1).restarts << std::endl;
  return 0;
}

struct dies_at_its_end {
  int operator()(int n) { return n; }
  int on_end() {
    // The first process that comes here leaves a trace for the second.
    if (std::FILE* const seen = std::fopen(trace.c_str(), "wx")) {
      std::fclose(seen);
      raise(SIGKILL);
    }
    return 1000;
  }
  std::string trace;
};

/// A process that ends in on_end is replaced too.
int dies_at_end(ps::runtime& rt, const words& said) {
  ps::graph g{"dies at its end"};
  long sum = 0;
  g.source("numbers", numbers(10))
      .stage("work", dies_at_its_end{said.at(0)}, ps::isolated)
      .sink("end", [&](int n) { sum += n; });
  const int code = rt.run(g);
  std::cout << "sum " << sum << std::endl;
  return code;
}

struct dies_at_start {
  void on_start() { raise(SIGKILL); }
  int operator()(int n) { return n; }
};

/// Nothing helps: the run fails when there were too many deaths.
int dies_always(ps::runtime& rt, const words&) {
  ps::graph g{"dies always"};
  g.source("numbers", numbers(10))
      .stage("work", dies_at_start{}, ps::isolated, ps::restarts(3, 1min, 1ms))
      .sink("end", [](int) {});
  return run_and_tell(rt, g, "work");
}

/// Tells at its end how often it was called.
struct counts_calls {
  int calls = 0;
  int operator()(int n) {
    ++calls;
    return n;
  }
  int on_end() { return -calls; }
};

/// The time limit is a function of the item, which throws for every tenth. `said`: what the policy is.
int limit_throws(ps::runtime& rt, const words& said) {
  ps::graph g{"limit throws"};
  int asked = 0;
  int next = 0;
  bool in_order = true;
  int calls = 0;
  // Called in the program, on the thread of the only worker.
  const auto limit = [&asked](const int& n) {
    ++asked;
    return n % 10 == 1 ? throw std::out_of_range{"no limit for " + std::to_string(n)} : 30s;
  };
  const auto source = g.source("numbers", numbers(100));
  const auto end = [&](int n) {
    if (n < 0) calls = -n;
    if (n > 0) in_order = in_order && n > std::exchange(next, n);
  };
  if (said.at(0) == "skip") {
    source.stage("work", counts_calls{}, ps::isolated, ps::timeout(limit), ps::on_error(ps::skip()))
        .sink("end", end);
  } else {
    source.stage("work", counts_calls{}, ps::isolated, ps::timeout(limit)).sink("end", end);
  }
  const int code = run_and_tell(rt, g, "work");
  std::cout << (in_order ? "in order " : "out of order ") << next << " calls " << calls << " asked " << asked
            << std::endl;
  return code;
}

/// The body stops the stage at an item; the limit of the next one can't be had, which is of no interest then.
int limit_throws_behind_stop(ps::runtime& rt, const words&) {
  ps::graph g{"limit throws behind stop"};
  int seen = 0;
  g.source("numbers", numbers(100))
      .stage(
          "until ten",
          [](ps::worker_context& context, int n) {
            if (n == 10) context.stop();
            return n;
          },
          ps::isolated,
          ps::timeout([](const int& n) { return n == 11 ? throw std::out_of_range{"no limit"} : 30s; }))
      .sink("end", [&](int) { ++seen; });
  const int code = run_and_tell(rt, g, "until ten");
  std::cout << "seen " << seen << std::endl;
  return code;
}

/// Few results of an item have room at a time, so that items are given back and sent again.
int limit_throws_without_room(ps::runtime& rt, const words&) {
  ps::graph g{"limit throws without room"};
  std::vector<int> seen;
  g.source("numbers", numbers(100))
      .stage(
          "thrice",
          [](int n) {
            return std::vector<int>{n, n, n};
          },
          ps::isolated,
          ps::timeout([](const int& n) { return n % 10 == 1 ? throw std::out_of_range{"no limit"} : 30s; }),
          ps::on_error(ps::skip()))
      .sink(
          "end", [&](int n) { seen.push_back(n); }, ps::capacity(4));
  const int code = run_and_tell(rt, g, "thrice");
  std::cout << "seen " << seen.size() << (std::ranges::is_sorted(seen) ? " in order" : " out of order")
            << std::endl;
  return code;
}

/// It takes longer to say the limit of an item than it is.
int slow_limit(ps::runtime& rt, const words&) {
  ps::graph g{"slow limit"};
  const auto limit = [](const int& n) -> std::chrono::nanoseconds {
    const auto told = 300ms;
    const auto until = std::chrono::steady_clock::now() + 2 * told;
    while (n == 1 && std::chrono::steady_clock::now() < until) {
    }
    return told;
  };
  g.source("numbers", numbers(100))
      .sink(
          "work", [](int) {}, ps::isolated, ps::timeout(limit));
  return run_and_tell(rt, g, "work");
}

}  // namespace

scenarios death_scenarios() {
  return {{"poison", poison},
          {"dies-once", dies_once},
          {"killed", killed},
          {"dies-at-end", dies_at_end},
          {"dies-always", dies_always},
          {"limit-throws", limit_throws},
          {"limit-throws-behind-stop", limit_throws_behind_stop},
          {"limit-throws-without-room", limit_throws_without_room},
          {"slow-limit", slow_limit}};
}

}  // namespace role_program
