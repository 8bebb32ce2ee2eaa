#include "watched_run.hpp"

#include <poll.h>

#include <atomic>
#include <cstdio>
#include <iostream>

#include <penstock/runtime/progress.hpp>
#include <penstock/runtime/report.hpp>
#include <penstock/runtime/signal_guard.hpp>

namespace inference {

namespace {

constexpr int redraw_every = 250;  // ms, on a terminal only

/// Shows progress and passes signals on until the run has ended.
void watch(penstock::run& running, penstock::signal_guard& signals, penstock::progress_display& progress) {
  std::atomic<bool> ended{false};
  running.when_ended([&] {
    ended = true;
    signals.wake();
  });
  int seen = 0;
  while (!ended) {
    pollfd wait{signals.fd(), POLLIN, 0};
    if (::poll(&wait, 1, progress.active() ? redraw_every : -1) == 0) progress.show(running.snapshot());
    for (const int count = signals.count(); seen < count; ++seen) {
      if (seen == 0) running.drain();
      if (seen == 1) running.abort("a second signal came");
    }
  }
}

}  // namespace

run_outcome watched_run(penstock::runtime& rt, const penstock::graph& g) {
  penstock::signal_guard signals;
  penstock::run running = rt.start(g);
  {
    penstock::progress_display progress{rt.options().progress_on_terminal ? stderr : nullptr};
    watch(running, signals, progress);
  }
  run_outcome outcome;
  outcome.at_end = running.snapshot();
  const penstock::run_snapshot& last = outcome.at_end;
  if (rt.options().report == penstock::report_mode::table) penstock::write_report(std::cout, last);
  if (rt.options().report == penstock::report_mode::json) std::cout << penstock::report_json(last) << '\n';
  std::cout.flush();
  if (!last.failure.empty()) std::cerr << "inference_worker: failed in " << last.failure << '\n';
  outcome.code = last.failure.empty() ? 0 : 1;
  if (last.state == "aborted") outcome.code = 128 + signals.last();
  return outcome;
}

}  // namespace inference
