#pragma once

#include <memory>
#include <string>
#include <vector>

#include <penstock/runtime/graph.hpp>
#include <penstock/runtime/run.hpp>
#include <penstock/runtime/runtime_options.hpp>

namespace penstock {

/// The threads and settings that runs share. Make it the first thing in main; it must outlive its runs. Not
/// for static storage: the actor system's own static objects may be gone before it.
class runtime {
 public:
  /// Takes its own flags from the command line (see docs/options.md). A flag that is wrong prints what is,
  /// and exits with 2; --penstock-help prints help and exits with 0. `defaults` hold where the command line,
  /// the environment and the configuration file say nothing.
  runtime(int argc, const char* const* argv, runtime_options defaults = {});
  explicit runtime(runtime_options options = {});
  ~runtime();
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  /// What the command line holds beside the runtime's flags, without the program's name.
  const std::vector<std::string>& arguments() const { return arguments_; }
  const runtime_options& options() const { return options_; }

  /// Starts the graph. Throws graph_error or option_error if it can't run as it is. Any thread.
  penstock::run start(const graph& g);

  /// Runs the graph to its end and prints what failed. SIGTERM and SIGINT drain it, a second one aborts;
  /// their handlers are put back after. Returns the exit code: 0 done or drained, 1 failed, 75 if the drain's
  /// deadline (--drain) passed before all was done, 128 + n aborted by signal n.
  int run(const graph& g);
  /// The same, and leaves the figures of all stages in `last`, as they were at the end.
  int run(const graph& g, run_snapshot& last);

 private:
  struct shared;
  std::unique_ptr<shared> shared_;
  runtime_options options_;
  std::vector<std::string> arguments_;
};

}  // namespace penstock
