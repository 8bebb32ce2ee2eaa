#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <penstock/runtime/settings.hpp>

namespace penstock {

/// What `run` prints on standard output when a graph has ended.
enum class report_mode {
  none,
  table,  ///< a table with a row per stage
  json,   ///< one JSON object
};

/// What holds for every run of a runtime. Each has a flag and an environment variable: see docs/options.md.
struct runtime_options {
  /// Threads for cooperative workers; 0: one per core.
  unsigned threads = 0;

  /// SQLite file for dead letters, made when the first is written.
  std::string dead_letters = "penstock-dead-letters.sqlite";

  /// A file of dead letters that runs work on instead of what their sources have; empty: none.
  std::string replay;
  /// Numbers of the letters to replay; empty: all that were not replayed yet.
  std::vector<std::int64_t> replay_ids;

  /// A run in which no item moves for so long fails with inactivity_error; 0: no limit.
  std::chrono::nanoseconds inactivity{0};

  /// A cooperative body that holds a thread of the scheduler for longer is named in the log and in snapshots;
  /// 0: none is looked for.
  std::chrono::nanoseconds slow_body = std::chrono::seconds{1};

  /// How long a drain that a signal began may take. What is not done by then is refused; 0: no limit.
  std::chrono::nanoseconds drain = std::chrono::seconds{30};

  report_mode report = report_mode::none;

  /// Options of single stages that win over the program's.
  settings overrides;

  /// The least important kind of line that is logged: quiet, error, warning, info or debug.
  std::string log_level = "warning";

  /// Shows a line per stage while a run goes on, if standard error is a terminal.
  bool progress_on_terminal = true;
};

}  // namespace penstock
