#pragma once

#include <string>
#include <vector>

namespace penstock {

/// One value of a configuration file.
struct config_entry {
  std::string stage;   ///< empty: an option of the run
  std::string option;  ///< "workers", "log-level"
  std::string value;
};

/// Reads a TOML file: options of the run by name, options of stages under `[stages.NAME]`. Values are not
/// checked here. Throws option_error if the file can't be read or holds anything else.
std::vector<config_entry> read_config_file(const std::string& path);

}  // namespace penstock
