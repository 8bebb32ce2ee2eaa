#include <penstock/runtime/describe.hpp>

#include <penstock/runtime/byte_size.hpp>
#include <penstock/runtime/duration_text.hpp>
#include <penstock/runtime/memory_bound.hpp>
#include <penstock/runtime/run_plan.hpp>

namespace penstock {

namespace {

const char* pool_name(pool_kind pool) {
  switch (pool) {
    case pool_kind::blocking:
      return "blocking";
    case pool_kind::isolated:
      return "isolated";
    case pool_kind::per_core:
      return "per_core";
    case pool_kind::cooperative:
      break;
  }
  return "cooperative";
}

std::string operators_of(const std::vector<operator_plan>& operators) {
  std::string text;
  for (const operator_plan& each : operators) text += " | " + each.name;
  return text;
}

std::string chunk_text(const chunk_plan& chunk) {
  return ", of " + std::to_string(chunk.size) + " items" +
         (chunk.delay > 0 ? " or " + duration_text(std::chrono::nanoseconds{chunk.delay}) : "") +
         (chunk.keyed ? ", for each key" : "") + ", holds " + std::to_string(chunk.max_held) + " items, " +
         byte_size_text(static_cast<std::int64_t>(chunk.max_held_bytes));
}

}  // namespace

std::string describe(const graph& g, const settings& overrides) {
  const run_plan plan = make_plan(g.data(), overrides);
  std::string text = "graph '" + plan.graph + "'\n";
  for (const auto& member : plan.members) {
    if (member.is_source) {
      const source_plan& source = plan.sources[member.index];
      text += "  source '" + source.name + "'" + operators_of(source.operators);
      if (source.in_flight > 0) text += ", in flight " + std::to_string(source.in_flight);
      if (source.growth && source.most_in_flight > source.in_flight)
        text += " growing to " + std::to_string(source.most_in_flight) + " while chunks leave short";
      text += "\n";
      continue;
    }
    const stage_plan& stage = plan.stages[member.index];
    text += "  " + stage.kind + " '" + stage.stage + "'" + operators_of(stage.operators) + " <-";
    for (const std::size_t input : member.inputs) text += " '" + plan.members[input].name + "'";
    if (stage.chunk.size > 0) {
      text += chunk_text(stage.chunk) + ", capacity " + std::to_string(stage.capacity) + " items, " +
              byte_size_text(static_cast<std::int64_t>(stage.bytes)) + "\n";
      continue;
    }
    text += ", " + std::to_string(stage.workers) + " x " + pool_name(stage.pool) +
            (stage.ordered ? ", ordered" : "") + ", capacity " + std::to_string(stage.capacity) + " items, " +
            byte_size_text(static_cast<std::int64_t>(stage.bytes)) + "\n";
  }
  const memory_estimate bound = estimate_memory(g, overrides);
  text += "  memory bound " + byte_size_text(static_cast<std::int64_t>(bound.bytes));
  const auto add = [&](const char* what, const std::vector<std::string>& names, const char* why) {
    if (names.empty()) return;
    text += what;
    for (const std::string& each : names) text += " '" + each + "'";
    text += why;
  };
  add(" and the items beyond capacity of", bound.undeclared, " (no max_item)");
  add(" and the outputs of", bound.open_ended, " (no max_output)");
  return text + "\n";
}

}  // namespace penstock
