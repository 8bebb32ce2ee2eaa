#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <penstock/runtime/option_table.hpp>

namespace penstock {

/// Options of stages that are set from outside the program (`--set STAGE.OPTION=VALUE`) and win over what the
/// program says. A value: copied into a run when it starts. Values are checked when they are set, names of
/// stages once the graph is known.
class settings {
 public:
  /// A stage that a graph has, and its kind (source, stage, sink, scatter, gather, chain).
  struct known_stage {
    std::string name;
    std::string kind;
  };

  /// Takes `STAGE.OPTION=VALUE`; a stage's name may hold dots. The last word on an option counts. Throws
  /// option_error, which names stage, option, value and what was expected.
  void set(std::string_view assignment);
  void set(std::string_view stage, std::string_view option, std::string_view value);

  /// What was set for the stage; nothing if its option was not set. The option's kind decides which of the
  /// three to ask: `number` for counts and bytes (and durations, in ns), `flag` for yes or no, `word` for a
  /// choice or text.
  std::optional<std::int64_t> number(std::string_view stage, std::string_view option) const;
  std::optional<bool> flag(std::string_view stage, std::string_view option) const;
  std::optional<std::string> word(std::string_view stage, std::string_view option) const;

  /// Throws option_error if something was set for a stage that the graph doesn't have or whose kind doesn't
  /// take the option.
  void check(std::string_view graph, const std::vector<known_stage>& stages) const;

  bool empty() const { return values_.empty(); }

 private:
  using key = std::pair<std::string, std::string>;  ///< stage, option

  const option_value* find(std::string_view stage, std::string_view option) const;

  std::map<key, option_value> values_;
};

}  // namespace penstock
