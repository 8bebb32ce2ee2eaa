#include <penstock/runtime/settings.hpp>

#include <algorithm>

#include <penstock/messages/error.hpp>

namespace penstock {

namespace {

std::string quoted(std::string_view text) { return "\"" + std::string{text} + "\""; }

std::vector<std::string> stage_option_names() {
  std::vector<std::string> names;
  for (const option_info& each : option_table()) {
    if (!is_run_option(each)) names.emplace_back(each.name);
  }
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& each : names) text += (text.empty() ? "" : ", ") + each;
  return text;
}

std::string suggestion(std::string_view misspelt, const std::vector<std::string>& names) {
  const auto nearest = meant_name(misspelt, names);
  return nearest.empty() ? std::string{} : "; did you mean " + quoted(nearest) + "?";
}

}  // namespace

void settings::set(std::string_view assignment) {
  const auto equals = assignment.rfind('=');
  const auto dot = equals == std::string_view::npos ? equals : assignment.substr(0, equals).rfind('.');
  if (dot == std::string_view::npos || dot == 0) {
    throw option_error("setting " + quoted(assignment) +
                       ": expected STAGE.OPTION=VALUE, such as fetch.workers=16");
  }
  set(assignment.substr(0, dot), assignment.substr(dot + 1, equals - dot - 1), assignment.substr(equals + 1));
}

void settings::set(std::string_view stage, std::string_view option, std::string_view value) {
  const option_info* info = find_stage_option(option);
  if (info == nullptr) {
    const auto names = stage_option_names();
    throw option_error("stage " + quoted(stage) + ": there is no option " + quoted(option) + " (value " +
                       quoted(value) + "); stages have " + joined(names) + suggestion(option, names));
  }
  auto parsed = parse_option(*info, value);
  if (!parsed) {
    throw option_error("stage " + quoted(stage) + ": " + std::string{option} + " = " + quoted(value) +
                       ": expected " + expected(*info));
  }
  values_.insert_or_assign(key{stage, option}, std::move(*parsed));
}

const option_value* settings::find(std::string_view stage, std::string_view option) const {
  const auto found = values_.find(key{stage, option});
  return found == values_.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> settings::number(std::string_view stage, std::string_view option) const {
  const auto* value = find(stage, option);
  return value ? std::optional{std::get<std::int64_t>(*value)} : std::nullopt;
}

std::optional<bool> settings::flag(std::string_view stage, std::string_view option) const {
  const auto* value = find(stage, option);
  return value ? std::optional{std::get<bool>(*value)} : std::nullopt;
}

std::optional<std::string> settings::word(std::string_view stage, std::string_view option) const {
  const auto* value = find(stage, option);
  return value ? std::optional{std::get<std::string>(*value)} : std::nullopt;
}

void settings::check(std::string_view graph, const std::vector<known_stage>& stages) const {
  for (const auto& [name, value] : values_) {
    const std::string& stage = name.first;
    const std::string& option = name.second;
    const auto known = std::find_if(stages.begin(), stages.end(),
                                    [&](const known_stage& each) { return each.name == stage; });
    if (known == stages.end()) {
      std::vector<std::string> names;
      for (const known_stage& each : stages) names.push_back(each.name);
      throw option_error("graph " + quoted(graph) + ": " + option + " is set for stage " + quoted(stage) +
                         ", which the graph doesn't have; its stages are " + joined(names) +
                         suggestion(stage, names));
    }
    const option_info* info = find_stage_option(option);
    if (!applies_to(*info, known->kind)) {
      throw option_error("graph " + quoted(graph) + ", stage " + quoted(stage) + ": a " + known->kind +
                         " takes no " + option + "; it is an option of: " + std::string{info->applies_to});
    }
  }
}

}  // namespace penstock
