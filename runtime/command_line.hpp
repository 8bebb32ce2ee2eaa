#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <penstock/runtime/runtime_options.hpp>

namespace penstock {

/// Looks an environment variable up; nothing if it is not set.
using variable_lookup = std::function<std::optional<std::string>(const std::string& name)>;

/// What a command line says to the runtime, and what is left of it for the program.
struct command_line {
  runtime_options options;
  /// What the runtime did not take, in order, without argv[0]. `--` and all after it stay as they are.
  std::vector<std::string> arguments;
  /// `--penstock-help` was given: the caller should print `penstock_help()` and end.
  bool help = false;
};

/// Takes the runtime's own flags out of a command line: `--report[=table|json]`, `--set STAGE.OPTION=VALUE`
/// (any number of times), `--threads N`, `--dead-letters FILE`, `--inactivity TIME`, `--log-level LEVEL`,
/// `--progress=false`,
/// `--config FILE.toml`, `--penstock-help`. `--help` and all that is unknown are the program's.
///
/// A flag wins over its environment variable (`--log-level`: PENSTOCK_LOG_LEVEL; PENSTOCK_SET takes several
/// settings with commas between), that over the configuration file, that over `defaults`. Throws
/// option_error, which names the flag, variable or line of the file, the value and what was expected. Any
/// thread.
command_line parse_command_line(int argc, const char* const* argv, const variable_lookup& variables,
                                runtime_options defaults = {});

/// The same with the process's environment.
command_line parse_command_line(int argc, const char* const* argv, runtime_options defaults = {});

/// Describes the flags, one option a line; a program may print it after its own help.
std::string penstock_help();

}  // namespace penstock
