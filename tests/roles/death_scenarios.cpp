// What ends an isolated worker's process, and what becomes of its items.
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

}  // namespace

scenarios death_scenarios() {
  return {{"poison", poison},
          {"dies-once", dies_once},
          {"killed", killed},
          {"dies-at-end", dies_at_end},
          {"dies-always", dies_always}};
}

}  // namespace role_program
