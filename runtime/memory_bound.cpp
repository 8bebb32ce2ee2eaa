#include <penstock/runtime/memory_bound.hpp>

#include <penstock/runtime/run_plan.hpp>

namespace penstock {

namespace {

/// Outputs of one item where no maximum is declared.
constexpr std::uint64_t usual_max_output = 256;

}  // namespace

memory_estimate estimate_memory(const graph& g, const settings& overrides) {
  const run_plan plan = make_plan(g.data(), overrides);
  memory_estimate result;
  for (const stage_plan& stage : plan.stages) {
    result.bytes += stage.bytes;
    if (stage.max_input == 0) {
      result.undeclared.push_back(stage.stage);
      continue;
    }
    result.bytes += 2ULL * stage.workers * stage.max_input;
    if (stage.gather) result.bytes += std::uint64_t{stage.max_held} * stage.gather_open * stage.max_input;
  }
  for (const auto& member : plan.members) {
    for (const std::size_t producer : member.inputs) {
      const auto& from = plan.members[producer];
      if (from.is_source || member.is_source) continue;
      const stage_plan& maker = plan.stages[from.index];
      const stage_plan& taker = plan.stages[member.index];
      const std::uint64_t outputs =
          maker.one_to_many ? (maker.max_output > 0 ? maker.max_output : usual_max_output) : 1;
      result.bytes += maker.workers * outputs * taker.max_input;
    }
  }
  return result;
}

std::uint64_t memory_bound(const graph& g) {
  const memory_estimate estimate = estimate_memory(g);
  return estimate.undeclared.empty() ? estimate.bytes : 0;
}

}  // namespace penstock
