#include <string>

#include "shape.hpp"

namespace penstock_simulation {

namespace {

std::string policy_text(const penstock::error_policy& policy) {
  using penstock::error_action;
  if (policy.empty()) return "none";
  std::string text;
  if (policy.uses(error_action::retry)) text += "retry ";
  if (policy.uses(error_action::restart)) text += "restart ";
  if (policy.uses(error_action::skip)) text += "skip ";
  if (policy.uses(error_action::dead_letter)) text += "dead_letter ";
  if (policy.uses(error_action::fail)) text += "fail ";
  text.pop_back();
  return text;
}

std::string text_of(const node& n) {
  static constexpr const char* types[] = {"source", "stage", "sink", "scatter", "gather", "merge", "view"};
  static constexpr const char* forms[] = {"one",  "taking", "plain",  "maybe", "many",
                                          "lazy", "made",   "number", "sole"};
  static constexpr const char* sources[] = {"calls", "acknowledges", "range", "generates"};
  static constexpr const char* views[] = {"map",        "filter",       "flat_map",           "tap",
                                          "map_filter", "flat_map_map", "flat_map_filter_map"};
  static constexpr const char* hooks[] = {"", "construct", "start", "end", "stop"};
  std::string text = "  " + n.name + ": " + types[static_cast<int>(n.type)];
  for (const int input : n.inputs) text += " <- " + std::to_string(input);
  const auto add = [&](const char* what, std::uint64_t value) {
    if (value > 0) text += std::string{", "} + what + " " + std::to_string(value);
  };
  if (n.type == node_type::source) text += std::string{", "} + sources[static_cast<int>(n.source)];
  if (n.type == node_type::stage || n.type == node_type::scatter)
    text += std::string{", "} + forms[static_cast<int>(n.form)];
  if (n.type == node_type::view) text += std::string{", "} + views[static_cast<int>(n.view)];
  if (n.keyed) text += ", keyed";
  if (n.chunks.size > 0) {
    text += ", chunks of " + std::to_string(n.chunks.size) + (n.chunks.keyed ? " by key" : "") +
            (n.chunks.delay > 0 ? " or " + std::to_string(n.chunks.delay) + " ns" : "");
    add("held at most", static_cast<std::uint64_t>(n.chunks.max_held));
  }
  add("depth", static_cast<std::uint64_t>(n.depth));
  add("items", n.items);
  add("in_flight", static_cast<std::uint64_t>(n.options.in_flight.value_or(0)));
  if (n.options.replay) text += ", replays " + std::to_string(*n.options.replay) + " times";
  if (n.awaits_verdicts) text += ", ends after its last verdict";
  add("breaks at", n.breaks_at);
  add("at most", n.most_outputs > 1 ? n.most_outputs : 0);
  add("drops of 256", n.drops);
  add("faults of 256", n.faults);
  if (n.faults > 0) {
    add("lasting", n.lasting);
    text += std::string{n.faults_midway ? ", midway" : ""} + (n.odd ? ", odd" : "") +
            (n.hangs ? ", hangs" : "") + ", on error " + policy_text(n.options.policy);
  }
  add("stops of 256", n.stops);
  add("ns at most", n.slowness);
  add("max_open", static_cast<std::uint64_t>(n.options.max_open.value_or(0)));
  add("max_held", static_cast<std::uint64_t>(n.options.max_held.value_or(0)));
  if (n.emits_at_end) text += ", emits at its end";
  if (n.broken != hook::none) text += std::string{", broken hook "} + hooks[static_cast<int>(n.broken)];
  return text + "\n";
}

}  // namespace

std::string describe(const shape& s) {
  static constexpr const char* deeds[] = {"set_workers",         "set_capacity", "drain",
                                          "drain with deadline", "abort",        "look"};
  std::string text = "shape" + std::string{s.heavy ? " with heavy items" : ""} + "\n";
  for (const node& n : s.nodes) text += text_of(n);
  for (const stage_team& each : s.teams) {
    text += std::string{"  "} + penstock::to_string(each.strategy) + ":";
    for (const std::string& stage : each.stages) text += " " + stage;
    text += "\n";
  }
  for (const deed& d : s.deeds) {
    text += "  at turn " + std::to_string(d.at) + ": " + deeds[static_cast<int>(d.kind)] + " " + d.stage +
            " " + std::to_string(d.number) + "\n";
  }
  return text;
}

}  // namespace penstock_simulation
