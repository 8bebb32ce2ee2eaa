// How processes begin and end: with their parent, at an abort, with nothing left behind.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <penstock/messages/codec.hpp>

#include "scenarios.hpp"

namespace role_program {

using namespace std::chrono_literals;

namespace {

ps::graph endless_graph(bool told) {
  ps::graph g{"endless"};
  g.source("numbers", [n = 0]() mutable { return std::optional{++n}; })
      .stage(
          "work", [](int) { return static_cast<int>(getpid()); }, ps::isolated, ps::workers(2))
      .sink("end", [told, first = true](int pid) mutable {
        if (told && std::exchange(first, false)) std::cout << "worker " << pid << std::endl;
      });
  return g;
}

/// Runs until somebody ends it.
int endless(ps::runtime& rt, const words&) { return rt.run(endless_graph(true)); }

/// A body that never returns: abort ends its process all the same.
int aborts(ps::runtime& rt, const words&) {
  ps::graph g{"aborts"};
  g.source("numbers", numbers(10))
      .stage(
          "tell", [](int n) { return n; }, ps::isolated)
      .stage(
          "stuck",
          [](int n) {
            std::cerr << "stuck\n";  // in one piece, as two workers say it
            for (;;) pause();
            return n;
          },
          ps::isolated, ps::workers(2))
      .sink("end", [](int) {});
  const int code = rt.run(g);
  std::cout << "children " << children().size() << std::endl;
  return code;
}

/// A body that returns when it hears of the abort, which it does in its own process.
int hears_abort(ps::runtime& rt, const words&) {
  ps::graph g{"hears abort"};
  g.source("numbers", numbers(1))
      .sink(
          "listens",
          [](ps::worker_context& context, int) {
            std::cerr << "listening" << std::endl;
            while (!context.stop_requested()) std::this_thread::yield();
            std::cerr << "heard" << std::endl;
          },
          ps::isolated);
  return rt.run(g);
}

/// Main returns in a worker's process before it has run the graph.
int goes_home(ps::runtime& rt, const words&) {
  if (ps::role_graph()) return 0;
  ps::graph g{"goes home"};
  g.source("numbers", numbers(1))
      .sink(
          "end", [](int) {}, ps::isolated, ps::restarts(1));
  return rt.run(g);
}

std::size_t descriptors() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

/// Runs, of which some end badly, leave neither descriptors nor processes, running or dead.
int leaves_nothing(ps::runtime& rt, const words&) {
  const auto run_once = [&](bool dies) {
    ps::graph g{"leaves nothing"};
    g.source("numbers", numbers(100))
        .sink(
            "work",
            [dies](int n) {
              if (n == 50 && dies) raise(SIGKILL);
            },
            ps::isolated, ps::workers(2), ps::on_error(ps::skip()));
    return rt.run(g);
  };
  run_once(true);
  const auto before = descriptors();
  for (int i = 0; i < 5; ++i) run_once(i % 2 == 0);
  const bool none = waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD;
  std::cout << "more descriptors " << descriptors() - before << " children " << (none ? "none" : "some")
            << std::endl;
  return 0;
}

/// The thread that starts a run ends, and the workers stay.
int thread_ends(ps::runtime& rt, const words&) {
  ps::graph g{"thread ends"};
  int seen = 0;
  int next = 0;
  std::promise<void> begun;
  std::promise<void> ended;
  // The second half is made when the thread is gone, with the worker's process at work before that.
  const auto numbers_around = [&, over = ended.get_future().share()]() -> std::optional<int> {
    if (next == 50) over.wait();
    return next == 100 ? std::nullopt : std::optional{next++};
  };
  g.source("numbers", numbers_around, ps::blocking)
      .stage(
          "work", [](int n) { return n; }, ps::isolated)
      .sink("end", [&](int) {
        if (++seen == 1) begun.set_value();
      });
  std::unique_ptr<ps::run> run;
  std::thread{[&] {
    run = std::make_unique<ps::run>(rt.start(g));
    begun.get_future().wait();
  }}.join();
  ended.set_value();
  run->wait();
  const auto last = run->snapshot();
  std::cout << "seen " << seen << " restarts " << last.stages.at(1).restarts << std::endl;
  return 0;
}

/// Another file takes the program's name while it runs.
int replaced(ps::runtime& rt, const words& said) {
  std::filesystem::remove(said.at(0));
  std::filesystem::copy_file("/bin/false", said.at(0));
  ps::graph g{"replaced"};
  int seen = 0;
  g.source("numbers", numbers(10))
      .stage(
          "work", [](int n) { return n; }, ps::isolated)
      .sink("end", [&](int) { ++seen; });
  const int code = rt.run(g);
  std::cout << "seen " << seen << std::endl;
  return code;
}

/// Main runs another graph before, which workers must not.
int other_graph(ps::runtime& rt, const words& said) {
  if (said.empty() || !ps::role_graph()) {
    ps::graph before{"before"};
    before.source("numbers", numbers(10)).sink("end", [](int) {});
    rt.run(before);
  }
  ps::graph g{"after"};
  int seen = 0;
  g.source("numbers", numbers(10))
      .stage(
          "work", [](int n) { return n; }, ps::isolated, ps::restarts(1))
      .sink("end", [&](int) { ++seen; });
  const int code = run_and_tell(rt, g, "work");
  std::cout << "seen " << seen << std::endl;
  return code;
}

/// What a worker finds: its descriptors, its group, its variables.
int surroundings(ps::runtime& rt, const words&) {
  ps::graph g{"surroundings"};
  g.source("numbers", numbers(1))
      .stage(
          "look",
          [](int) {
            std::string input;
            std::cin >> input;
            std::string name;
            std::ifstream{"/proc/self/comm"} >> name;
            return "input '" + input + "' descriptors " + std::to_string(descriptors()) + " group " +
                   (getpgrp() == getpid() ? "own" : "shared") + " variable " +
                   (std::getenv("PENSTOCK_ROLE") == nullptr ? "unset" : "set") + " name " + name;
          },
          ps::isolated)
      .sink("end", [](const std::string& seen) { std::cout << seen << std::endl; });
  return rt.run(g);
}

/// Main builds another graph in a worker's process: `said` says what differs.
int other_structure(ps::runtime& rt, const words& said) {
  const bool worker = ps::role_graph().has_value();
  ps::graph g{"forked"};
  const auto source = g.source("numbers", numbers(10));
  const auto same = [](int n) { return n; };
  if (said.at(0) == "name") {
    source.stage(worker ? "works" : "work", same, ps::isolated).sink("end", [](int) {});
  } else if (said.at(0) == "type" && worker) {
    source
        .stage(
            "work", [](int) { return std::string{}; }, ps::isolated)
        .sink("end", [](const std::string&) {});
  } else if (said.at(0) == "pool" && worker) {
    source.stage("work", same).sink("end", [](int) {});
  } else {
    source.stage("work", same, ps::isolated).sink("end", [](int) {});
  }
  return rt.run(g);
}

}  // namespace

scenarios process_scenarios() {
  return {{"endless", endless},
          {"aborts", aborts},
          {"hears-abort", hears_abort},
          {"goes-home", goes_home},
          {"leaves-nothing", leaves_nothing},
          {"thread-ends", thread_ends},
          {"replaced", replaced},
          {"other-graph", other_graph},
          {"other-structure", other_structure},
          {"surroundings", surroundings}};
}

}  // namespace role_program
