// Workers' processes that end while they have nothing to do.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <penstock/messages/codec.hpp>

#include "scenarios.hpp"

namespace role_program {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr auto at_once = 1s;  // a program needs a tenth of it to begin
#else
constexpr auto at_once = 100ms;
#endif

/// Tells by a named pipe when its process is ready.
struct reports_in {
  std::string pipe;

  void on_start() { std::ofstream{pipe} << getpid() << '\n'; }
  void operator()(int) {}
};

/// Where processes report in.
class reports {
 public:
  explicit reports(const std::string& pipe) {
    mkfifo(pipe.c_str(), 0600);
    descriptor_ = open(pipe.c_str(), O_RDWR | O_CLOEXEC);
  }
  reports(const reports&) = delete;
  reports& operator=(const reports&) = delete;
  ~reports() { close(descriptor_); }

  /// The next process; 0 if none comes within 20 s.
  pid_t next() const {
    std::string line;
    char each = 0;
    pollfd waits{descriptor_, POLLIN, 0};
    while (poll(&waits, 1, 20'000) == 1 && read(descriptor_, &each, 1) == 1 && each != '\n') line += each;
    return std::atoi(line.c_str());
  }

 private:
  int descriptor_;
};

/// Kills workers of a stage that gets no items, as often as it may, or (`said` 2: "more") once more.
int killed_idle(ps::runtime& rt, const words& said) {
  constexpr int restarts = 5;
  ps::graph g{"idle"};
  g.source("nothing", [](ps::source_context& context) -> std::optional<int> {
     return context.not_yet();
   }).sink("work", reports_in{said.at(0)}, ps::isolated, ps::workers(2), ps::restarts(restarts, 1min, 0ms));
  if (ps::role_graph()) return rt.run(g);
  const reports ready{said.at(0)};
  auto run = rt.start(g);
  ready.next();
  auto victim = ready.next();
  auto soonest = steady::duration::max();
  for (int i = 0; i < restarts; ++i) {
    const auto began = steady::now();
    kill(victim, SIGKILL);
    victim = ready.next();
    if (victim == 0) return 1;
    soonest = std::min(soonest, steady::now() - began);
  }
  const auto tree = run.snapshot().supervision;
  for (const ps::supervised& each : tree.members) {
    if (each.name == "work")
      std::cout << "restarts " << each.restarts << " last error " << each.last_error << std::endl;
  }
  std::cout << (soonest < at_once ? "at once" : "late") << std::endl;
  std::cerr << "from the end of an idle worker to its replacement's on_start: "
            << std::chrono::duration_cast<std::chrono::microseconds>(soonest).count() << " us" << std::endl;
  if (said.at(1) == "more") {
    kill(victim, SIGKILL);
  } else {
    run.drain();
  }
  try {
    run.wait();
  } catch (const std::exception& wrong) {
    std::cout << "failed: " << wrong.what() << std::endl;
    return 3;
  }
  return 0;
}

}  // namespace

scenarios idle_scenarios() { return {{"killed-idle", killed_idle}}; }

}  // namespace role_program
