#include <penstock/runtime/runtime.hpp>

#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <set>
#include <utility>

#include <penstock/messages/error.hpp>
#include <penstock/messages/failure.hpp>
#include <penstock/runtime/command_line.hpp>
#include <penstock/runtime/exit_report.hpp>
#include <penstock/runtime/isolated_server.hpp>
#include <penstock/runtime/lazy_dead_letters.hpp>
#include <penstock/runtime/letter_replay.hpp>
#include <penstock/runtime/logger.hpp>
#include <penstock/runtime/progress.hpp>
#include <penstock/runtime/report.hpp>
#include <penstock/runtime/role_entry.hpp>
#include <penstock/runtime/run_impl.hpp>
#include <penstock/runtime/service_notifier.hpp>
#include <penstock/runtime/signal_guard.hpp>
#include <penstock/runtime/status_line.hpp>

namespace penstock {

namespace {

constexpr int redraw_every = 250;  ///< ms

command_line take_flags(int argc, const char* const* argv, runtime_options defaults) {
  try {
    command_line taken = parse_command_line(argc, argv, std::move(defaults));
    if (taken.help) {
      std::cout << penstock_help();
      std::exit(0);
    }
    return taken;
  } catch (const option_error& wrong) {
    std::cerr << (argc > 0 ? argv[0] : "penstock") << ": " << wrong.what() << '\n';
    std::exit(2);
  }
}

std::shared_ptr<spdlog::logger> logger_of(const std::string& level) {
  return make_logger(level == "quiet"   ? spdlog::level::off
                     : level == "error" ? spdlog::level::err
                     : level == "info"  ? spdlog::level::info
                     : level == "debug" ? spdlog::level::debug
                                        : spdlog::level::warn);
}

/// Bounds in bytes are worth nothing where nobody knows what an item holds. Once for a type.
void warn_of_unseen_weights(const graph_data& graph, std::set<std::string>& told, spdlog::logger& log) {
  for (const graph_node& node : graph.nodes) {
    if (!node.weight_unseen || !told.insert(node.input_type).second) continue;
    log.warn(
        "graph '{}', stage '{}': items of type {} weigh their sizeof ({} bytes), whatever they own, so "
        "bounds "
        "in bytes don't see it; describe the type (BOOST_DESCRIBE_STRUCT), or put a function std::size_t "
        "weight(const {}&) beside it",
        graph.name, node.name, node.input_type, node.input_size, node.input_type);
  }
}

/// Does not return in a process that another one started as a part of itself.
void serve_own_role(const graph_data& graph) {
  if (role* const mine = own_role()) serve_isolated(*mine, graph);
}

void require_entered(const run_plan& plan) {
  if (entered_program() != nullptr) return;
  for (const stage_plan& each : plan.stages) {
    if (each.pool != pool_kind::isolated) continue;
    throw graph_error("graph '" + plan.graph + "', stage '" + each.stage +
                      "': isolated workers start this program anew: penstock::runtime rt{argc, argv} (or "
                      "penstock::enter(argc, argv)) must stand first in main");
  }
}

/// EX_TEMPFAIL of sysexits.h: not all was done, and trying again may help.
constexpr int exit_usage = 2;
constexpr int exit_unfinished = 75;

void tell_of_deadline(const run_snapshot& last) {
  std::uint64_t acked = 0;
  std::uint64_t nacked = 0;
  std::uint64_t untold = 0;
  for (const stage_snapshot& each : last.stages) {
    acked += each.acked;
    nacked += each.nacked;
    untold += each.untold;
  }
  std::cerr << "penstock: graph '" << last.graph << "': " << last.reason << "; jobs done: " << acked
            << ", refused: " << nacked;
  if (untold > 0) std::cerr << "; verdicts that could not be told: " << untold;
  std::cerr << '\n';
}

/// How long the thread that watches a run may sleep, in ms; -1: until something comes.
int longest_sleep(const progress_display& progress, std::int64_t until_due) {
  const int for_progress = progress.active() ? redraw_every : -1;
  if (until_due < 0) return for_progress;
  // Up, or it would wake a hair early and go round and round.
  const auto for_manager = std::min<std::int64_t>(until_due / 1'000'000 + 1, 3'600'000);
  return static_cast<int>(for_progress < 0 ? for_manager : std::min<std::int64_t>(for_progress, for_manager));
}

/// Who ends a program and its process group, as timeout(1) does, sends two signals that are meant as one.
constexpr std::chrono::milliseconds one_and_the_same{100};

/// Shows progress, passes signals on and tells the service manager until the run has ended.
void watch(run& running, run_result& result, signal_guard& signals, progress_display& progress,
           std::chrono::nanoseconds deadline, environment& env, service_notifier& manager) {
  struct end_note {
    std::mutex mutex;  ///< held until the wake is over, as this function may return right after
    bool ended = false;
    bool watched = true;
  };
  const auto note = std::make_shared<end_note>();
  result.when_ended([note, &signals] {
    const std::lock_guard lock{note->mutex};
    note->ended = true;
    if (note->watched) signals.wake();
  });
  // Showing progress may throw, and the run ends after that.
  const auto look_away = [](end_note* of) {
    const std::lock_guard lock{of->mutex};
    of->watched = false;
  };
  const std::unique_ptr<end_note, decltype(look_away)> watching{note.get(), look_away};
  const auto has_ended = [&] {
    const std::lock_guard lock{note->mutex};
    return note->ended;
  };
  bool draining = false;
  while (!has_ended()) {
    // A thread that all stages need and that a body does not give back is what a restart helps against.
    manager.stay_alive(env.now(), env.long_turns().empty(), [&] { return status_line(running.snapshot()); });
    pollfd wait{signals.fd(), POLLIN, 0};
    const bool late = ::poll(&wait, 1, longest_sleep(progress, manager.until_due(env.now()))) == 0;
    if (late && progress.active()) progress.show(running.snapshot());
    if (signals.count() > 0 && !std::exchange(draining, true)) {
      manager.stopping();
      running.drain(deadline);
    }
    if (signals.span() >= one_and_the_same) running.abort("a second signal came");
  }
}

}  // namespace

struct runtime::shared {
  std::mutex mutex;  ///< for `threads`, made with the first run, and `told`
  std::shared_ptr<world> threads;
  std::shared_ptr<spdlog::logger> log;
  std::set<std::string> told;  ///< types that were warned of
};

runtime::runtime(int argc, const char* const* argv, runtime_options defaults) : runtime{runtime_options{}} {
  enter_program(argc, argv);
  command_line taken = take_flags(argc, argv, std::move(defaults));
  options_ = std::move(taken.options);
  arguments_ = std::move(taken.arguments);
  shared_->log = logger_of(options_.log_level);
}

runtime::runtime(runtime_options options)
    : shared_{std::make_unique<shared>()}, options_{std::move(options)} {
  shared_->log = logger_of(options_.log_level);
}

runtime::~runtime() = default;

penstock::run runtime::start(const graph& g) {
  serve_own_role(g.data());
  report_exits();
  {
    const std::lock_guard lock{shared_->mutex};
    if (!shared_->threads) shared_->threads = std::make_shared<world>(options_.threads);
    warn_of_unseen_weights(g.data(), shared_->told, *shared_->log);
  }
  run_plan plan = make_plan(g.data(), options_.overrides);
  require_entered(plan);
  if (!options_.replay.empty()) replay_letters(plan, options_.replay, options_.replay_ids, shared_->log);
  auto state = std::make_shared<penstock::run::impl>(
      shared_->threads, make_environment(*shared_->threads), std::move(plan),
      std::make_unique<lazy_dead_letters>(options_.dead_letters), shared_->log, options_.inactivity,
      options_.slow_body);
  state->start();
  return penstock::run{std::move(state)};
}

int runtime::run(const graph& g) {
  run_snapshot last;
  return run(g, last);
}

int runtime::run(const graph& g, run_snapshot& last) {
  serve_own_role(g.data());
  signal_guard signals;
  try {
    service_notifier manager = service_notifier::of_environment();
    penstock::run running = start(g);
    if (!manager.ready()) shared_->log->warn("the service manager at NOTIFY_SOCKET can't be told anything");
    {
      progress_display progress{options_.progress_on_terminal ? stderr : nullptr};
      watch(running, running.impl_->result(), signals, progress, options_.drain, running.impl_->env(),
            manager);
    }
    running.impl_->tell_failure();  // below, in words
    last = running.snapshot();
  } catch (const option_error& wrong) {
    // A setting of a stage that there is none of, or that it does not take: known only now.
    std::cerr << "penstock: " << wrong.what() << '\n';
    return exit_usage;
  } catch (const std::exception& wrong) {
    std::cerr << "penstock: " << wrong.what() << '\n';
    return 1;
  }
  if (options_.report == report_mode::table) write_report(std::cout, last);
  if (options_.report == report_mode::json) std::cout << report_json(last) << '\n';
  std::cout.flush();
  if (!last.failure.empty())
    std::cerr << "penstock: graph '" << g.name() << "' failed: " << last.failure << '\n';
  if (last.deadline_passed) {
    tell_of_deadline(last);
    return exit_unfinished;
  }
  if (last.state == "aborted") return 128 + signals.last();
  return last.failure.empty() ? 0 : 1;
}

}  // namespace penstock
