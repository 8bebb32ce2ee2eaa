#pragma once

#include <penstock/penstock.hpp>

namespace inference {

/// What a run came to.
struct run_outcome {
  int code = 0;                   ///< 0 done or drained, 1 failed, 128 + n aborted by signal n
  penstock::run_snapshot at_end;  ///< the figures of all stages
};

/// Runs the graph as runtime::run does (progress on a terminal, SIGINT and SIGTERM drain and then abort, the
/// report that the command line asked for), and keeps the figures for our own report. Throws penstock::error
/// when it can't start.
run_outcome watched_run(penstock::runtime& rt, const penstock::graph& g);

}  // namespace inference
