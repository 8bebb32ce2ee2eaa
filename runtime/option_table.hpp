#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace penstock {

/// How an option's value is written.
enum class option_kind {
  count,     ///< a whole number
  bytes,     ///< 4096, 256KiB, 16MiB
  duration,  ///< 200ms, 5s, 2m
  flag,      ///< true or false, yes or no, on or off
  choice,    ///< one of a few words
  text,      ///< anything that is not empty
};

/// A parsed value: count, bytes and nanoseconds are numbers, a choice and text are strings.
using option_value = std::variant<std::int64_t, bool, std::string>;

/// All that is to be known about one option.
struct option_info {
  std::string_view name;
  option_kind kind = option_kind::count;
  std::string_view unit;  ///< empty if it has none
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view choices;  ///< "a|b|c", of a choice
  std::optional<std::int64_t>
      default_number;             ///< what holds if nobody says otherwise, where that is one number
  std::string_view default_text;  ///< the same in words
  std::string_view applies_to;    ///< kinds of stages that take it, "source, stage, sink"; or "run"
  std::string_view doc;
};

/// Every option there is, in the order of the documentation. The one place that declares them: validation,
/// flags, environment variables, configuration files and docs/options.md follow it. Any thread.
const std::vector<option_info>& option_table();

/// The option of stages (source, stage, sink, ...) or of a run by that name; null if there is none.
const option_info* find_stage_option(std::string_view name);
const option_info* find_run_option(std::string_view name);

bool is_run_option(const option_info& option);

/// True if a stage of that kind takes the option.
bool applies_to(const option_info& option, std::string_view kind);

/// The default of an option of stages that is one number. Throws std::logic_error for a name that isn't such
/// an option's.
std::int64_t default_number(std::string_view name);

/// What a value of the option looks like: "a whole number from 1 to 4096", "one of cooperative, blocking,
/// per_core".
std::string expected(const option_info& option);

/// The value, or nothing if the text isn't one of the option's values.
std::optional<option_value> parse_option(const option_info& option, std::string_view text);

/// What is wrong with a number that the program gave to an option of stages, "workers(0): expected a whole
/// number from 1 to 4096"; nothing if it is fine. The caller adds graph and stage.
std::optional<std::string> option_problem(std::string_view name, std::int64_t value);

/// The name out of `names` that the misspelt one probably means; empty if none comes near.
std::string meant_name(std::string_view misspelt, const std::vector<std::string>& names);

}  // namespace penstock
