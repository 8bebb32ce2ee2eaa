#include <penstock/runtime/command_line.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/config_file.hpp>
#include <penstock/runtime/option_table.hpp>
#include <penstock/runtime/text_table.hpp>

namespace penstock {

namespace {

constexpr const char* alone_means_table = "table";
constexpr const char* alone_means_true = "true";

/// What the command line holds, as text.
struct raw_flags {
  std::map<std::string, std::string, std::less<>> run_options;  ///< by the option's name
  std::vector<std::string> settings;
  std::optional<std::string> config;
  std::vector<std::string> rest;
  bool help = false;
};

/// The value that a flag has when it is given without one; null if it always takes a value.
const char* value_alone(const option_info& option) {
  if (option.kind == option_kind::flag) return alone_means_true;
  return option.name == "report" ? alone_means_table : nullptr;
}

std::string placeholder(const option_info& option) {
  switch (option.kind) {
    case option_kind::count:
      return "N";
    case option_kind::bytes:
      return "SIZE";
    case option_kind::duration:
      return "TIME";
    case option_kind::flag:
      return "true|false";
    case option_kind::choice:
      return std::string{option.choices};
    case option_kind::text:
      break;
  }
  return "TEXT";
}

/// "--threads N", "--report[=none|table|json]"
std::string flag_text(const option_info& option) {
  const auto flag = "--" + std::string{option.name};
  return value_alone(option) ? flag + "[=" + placeholder(option) + "]" : flag + " " + placeholder(option);
}

/// The environment variable of an option of runs, or of a flag.
std::string variable_of(std::string_view option) {
  std::string name = "PENSTOCK_";
  for (const char c : option)
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(',', start), text.size());
    if (end > start) parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

std::string suggest_run_option(std::string_view misspelt) {
  std::vector<std::string> names;
  for (const option_info& option : option_table()) {
    if (is_run_option(option)) names.emplace_back(option.name);
  }
  const auto nearest = meant_name(misspelt, names);
  return nearest.empty() ? std::string{} : "; did you mean \"" + nearest + "\"?";
}

raw_flags read_flags(int argc, const char* const* argv) {
  std::vector<std::string> ours;
  int next = 1;
  for (; next < argc && std::string_view{argv[next]} != "--"; ++next) ours.emplace_back(argv[next]);

  CLI::App parser;
  parser.set_help_flag();
  parser.allow_extras();
  for (const option_info& option : option_table()) {
    if (!is_run_option(option)) continue;
    const auto flag = "--" + std::string{option.name};
    const char* alone = value_alone(option);
    // What may stand alone takes a value after "=" only, so that the program's next argument stays its own.
    auto* parsed = alone ? parser.add_flag(flag + "{" + alone + "}") : parser.add_option(flag);
    parsed->take_last();
  }
  auto* settings_flag = parser.add_option("--set")->take_all()->allow_extra_args(false);
  auto* config = parser.add_option("--config")->take_last();
  auto* help = parser.add_flag("--penstock-help");
  try {
    parser.parse(std::vector<std::string>(ours.rbegin(), ours.rend()));
  } catch (const CLI::ParseError& problem) {
    throw option_error(std::string{"command line: "} + problem.what() + "; see --penstock-help");
  }

  raw_flags flags;
  for (const option_info& option : option_table()) {
    if (!is_run_option(option)) continue;
    const auto& values = parser.get_option("--" + std::string{option.name})->results();
    if (!values.empty()) flags.run_options.emplace(option.name, values.back());
  }
  flags.settings = settings_flag->results();
  if (!config->empty()) flags.config = config->results().back();
  flags.help = !help->empty();
  flags.rest = parser.remaining();
  flags.rest.insert(flags.rest.end(), argv + next, argv + argc);
  return flags;
}

/// Numbers with commas between them. Nothing: it is something else.
std::optional<std::vector<std::int64_t>> ids_in(const std::string& text) {
  std::vector<std::int64_t> ids;
  for (const char *at = text.data(), *end = at + text.size(); at <= end; ++at) {
    std::int64_t id = 0;
    const auto [behind, wrong] = std::from_chars(at, end, id);
    if (wrong != std::errc{} || id < 1 || (behind != end && *behind != ',')) return std::nullopt;
    ids.push_back(id);
    at = behind;
  }
  return ids;
}

void apply(runtime_options& options, const option_info& option, const option_value& value) {
  if (option.name == "threads") options.threads = static_cast<unsigned>(std::get<std::int64_t>(value));
  if (option.name == "replay") options.replay = std::get<std::string>(value);
  if (option.name == "dead-letters") options.dead_letters = std::get<std::string>(value);
  if (option.name == "drain") options.drain = std::chrono::nanoseconds{std::get<std::int64_t>(value)};
  if (option.name == "inactivity")
    options.inactivity = std::chrono::nanoseconds{std::get<std::int64_t>(value)};
  if (option.name == "slow-body") options.slow_body = std::chrono::nanoseconds{std::get<std::int64_t>(value)};
  if (option.name == "log-level") options.log_level = std::get<std::string>(value);
  if (option.name == "progress") options.progress_on_terminal = std::get<bool>(value);
  if (option.name == "report") {
    const auto& word = std::get<std::string>(value);
    options.report = word == "json"    ? report_mode::json
                     : word == "table" ? report_mode::table
                                       : report_mode::none;
  }
}

/// `where` is the flag, variable or file that said so.
void apply(runtime_options& options, const option_info& option, const std::string& text,
           const std::string& where) {
  if (option.name == "replay-ids") {
    auto ids = ids_in(text);
    if (!ids)
      throw option_error(where + " = \"" + text + "\": expected numbers of dead letters, such as 3,17");
    options.replay_ids = std::move(*ids);
    return;
  }
  const auto value = parse_option(option, text);
  if (!value) throw option_error(where + " = \"" + text + "\": expected " + expected(option));
  apply(options, option, *value);
}

void set(runtime_options& options, const std::string& assignment, const std::string& where) {
  try {
    options.overrides.set(assignment);
  } catch (const option_error& problem) {
    throw option_error(where + ": " + problem.what());
  }
}

void apply_config(runtime_options& options, const std::string& path) {
  const std::string where = "configuration file " + path;
  for (const config_entry& entry : read_config_file(path)) {
    if (!entry.stage.empty()) {
      set(options, entry.stage + "." + entry.option + "=" + entry.value, where);
    } else if (const option_info* option = find_run_option(entry.option)) {
      apply(options, *option, entry.value, where + ": " + entry.option);
    } else {
      throw option_error(where + ": there is no option \"" + entry.option + "\" of runs" +
                         suggest_run_option(entry.option));
    }
  }
}

}  // namespace

command_line parse_command_line(int argc, const char* const* argv, const variable_lookup& variables,
                                runtime_options defaults) {
  raw_flags flags = read_flags(argc, argv);
  command_line result{std::move(defaults), std::move(flags.rest), flags.help};
  if (!flags.config) flags.config = variables("PENSTOCK_CONFIG");
  if (flags.config) apply_config(result.options, *flags.config);

  for (const option_info& option : option_table()) {
    if (!is_run_option(option)) continue;
    const auto variable = variable_of(option.name);
    if (const auto flag = flags.run_options.find(option.name); flag != flags.run_options.end()) {
      apply(result.options, option, flag->second, "--" + flag->first);
    } else if (const auto value = variables(variable)) {
      apply(result.options, option, *value, variable);
    }
  }
  if (!result.options.replay_ids.empty() && result.options.replay.empty())
    throw option_error("--replay-ids: expected --replay with it, which names the file of these dead letters");
  for (const auto& each : split_at_commas(variables("PENSTOCK_SET").value_or("")))
    set(result.options, each, "PENSTOCK_SET");
  for (const auto& each : flags.settings) set(result.options, each, "--set");
  return result;
}

command_line parse_command_line(int argc, const char* const* argv, runtime_options defaults) {
  const variable_lookup process = [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>{value} : std::nullopt;
  };
  return parse_command_line(argc, argv, process, std::move(defaults));
}

std::string penstock_help() {
  text_table table{{{"flag"}, {"variable"}, {"default"}, {""}}};
  for (const option_info& option : option_table()) {
    if (!is_run_option(option)) continue;
    table.add({flag_text(option), variable_of(option.name), std::string{option.default_text},
               std::string{option.doc}});
  }
  table.add({"--set STAGE.OPTION=VALUE", "PENSTOCK_SET", "",
             "Sets an option of one stage; the variable takes several, with commas between."});
  table.add({"--config FILE.toml", "PENSTOCK_CONFIG", "",
             "Reads options of the run, and of stages under [stages.NAME]."});
  table.add({"--penstock-help", "", "", "Prints this and ends."});
  return table.text();
}

}  // namespace penstock
