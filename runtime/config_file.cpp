#include <penstock/runtime/config_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <system_error>

#include <CLI/CLI.hpp>

#include <penstock/messages/error.hpp>

namespace penstock {

namespace {

constexpr const char* stages_table = "stages";

// The reader needs the square of these in time, and of a table's depth in memory.
constexpr std::size_t longest_line = 4096;
constexpr std::ptrdiff_t deepest_table = 32;

/// The text of the file, whose work for the reader is bounded.
std::stringstream checked_text(std::istream& file, const std::string& path) {
  std::stringstream text;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const auto where = [&] {
      return "configuration file " + path + ", line " + std::to_string(number) + ": ";
    };
    if (line.size() > longest_line) {
      throw option_error(where() + std::to_string(line.size()) + " bytes; a line has at most " +
                         std::to_string(longest_line));
    }
    const bool is_table = line.find_first_not_of(" \t") == line.find('[');
    if (is_table && std::count(line.begin(), line.end(), '.') > deepest_table) {
      throw option_error(where() + "a table nested deeper than " + std::to_string(deepest_table) + " levels");
    }
    text << line << '\n';
  }
  return text;
}

config_entry entry_of(const CLI::ConfigItem& item, const std::string& path) {
  const std::string where = "configuration file " + path + ": " + item.fullname();
  // The reader cuts a line at "#" even inside quotes, which leaves the opening one.
  if (item.inputs.size() != 1 || item.inputs[0].find_first_of("\"'") != std::string::npos) {
    throw option_error(where + ": expected one value, without # or quotes in it");
  }
  config_entry entry{"", item.name, item.inputs[0]};
  if (item.parents.empty()) return entry;
  if (item.parents[0] != stages_table || item.parents.size() < 2) {
    throw option_error(where + ": expected options of the run, or options of stages under [stages.NAME]");
  }
  for (std::size_t i = 1; i < item.parents.size(); ++i) entry.stage += (i > 1 ? "." : "") + item.parents[i];
  std::erase(entry.stage, '"');  // [stages."eu.fetch"]
  return entry;
}

}  // namespace

std::vector<config_entry> read_config_file(const std::string& path) {
  std::ifstream file{path};
  if (!file) {
    throw option_error("configuration file " + path + ": " + std::generic_category().message(errno));
  }
  auto text = checked_text(file, path);
  std::vector<config_entry> entries;
  for (const CLI::ConfigItem& item : CLI::ConfigTOML{}.from_config(text)) {
    const bool mark_of_section = item.name == "++" || item.name == "--";
    if (!mark_of_section) entries.push_back(entry_of(item, path));
  }
  if (file.bad()) throw option_error("configuration file " + path + ": reading failed");
  return entries;
}

}  // namespace penstock
