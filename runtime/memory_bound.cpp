#include <penstock/runtime/memory_bound.hpp>

#include <algorithm>
#include <optional>

#include <penstock/runtime/run_plan.hpp>

namespace penstock {

namespace {

/// Items that go through expanding operators at a time; see worker and source.
constexpr std::uint64_t helping = 16;

/// Items that a producer may have made and not yet sent, none if there is no end to them.
std::optional<std::uint64_t> made_ahead(const run_plan& plan, const run_plan::member& producer) {
  const auto each = [](unsigned workers, bool expands, bool whole, std::uint64_t max_output) {
    const std::uint64_t streamed = 2ULL * workers;
    if (!expands && !whole) return std::optional{streamed};
    if (max_output == 0) return std::optional<std::uint64_t>{};
    return std::optional{std::max(streamed, workers * max_output * (expands ? helping : 1))};
  };
  if (producer.is_source) {
    const source_plan& source = plan.sources[producer.index];
    return each(1, source.expands, false, source.max_output);
  }
  const stage_plan& stage = plan.stages[producer.index];
  const bool whole = stage.one_to_many && (!stage.lazy || stage.policy.keeps_items());
  return each(stage.workers, stage.expands, whole && !stage.expands, stage.max_output);
}

}  // namespace

memory_estimate estimate_memory(const graph& g, const settings& overrides) {
  const run_plan plan = make_plan(g.data(), overrides);
  memory_estimate result;
  for (const auto& member : plan.members) {
    if (member.is_source) continue;
    const stage_plan& stage = plan.stages[member.index];
    result.bytes += stage.bytes;
    if (stage.max_input == 0) {
      result.undeclared.push_back(stage.stage);
      continue;
    }
    result.bytes += (2ULL * stage.workers + member.inputs.size()) * stage.max_input;
    if (stage.gather) result.bytes += std::uint64_t{stage.max_held} * stage.gather_open * stage.max_input;
    for (const std::size_t producer : member.inputs) {
      const auto ahead = made_ahead(plan, plan.members[producer]);
      if (ahead) {
        result.bytes += *ahead * stage.max_input;
      } else {
        result.open_ended.push_back(plan.members[producer].name);
      }
    }
  }
  return result;
}

std::uint64_t memory_bound(const graph& g) {
  const memory_estimate estimate = estimate_memory(g);
  return estimate.undeclared.empty() && estimate.open_ended.empty() ? estimate.bytes : 0;
}

}  // namespace penstock
