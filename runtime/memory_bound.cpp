#include <penstock/runtime/memory_bound.hpp>

#include <algorithm>
#include <limits>
#include <optional>

#include <penstock/runtime/run_plan.hpp>

namespace penstock {

namespace {

/// Items that go through expanding operators at a time; see worker and source.
constexpr std::uint64_t helping = 16;

/// How one call of a producer's body and operators can overrun the room that it was given.
struct producer_form {
  unsigned workers = 1;
  bool whole = false;    ///< the outputs of an item are made at once
  bool expands = false;  ///< and each may become many in the operators behind
  std::uint64_t max_output = 0;
};

producer_form form_of(const run_plan& plan, const run_plan::member& producer) {
  if (producer.is_source) {
    const source_plan& source = plan.sources[producer.index];
    return {1, false, source.expands, source.max_output};
  }
  const stage_plan& stage = plan.stages[producer.index];
  return {stage.workers, stage.many_from_body && (!stage.lazy || stage.policy.keeps_items()), stage.expands,
          stage.max_output};
}

constexpr auto most = std::numeric_limits<std::uint64_t>::max();

/// Sums and products that stay at the largest number instead of starting anew.
std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return a > most - b ? most : a + b; }
std::uint64_t times(std::uint64_t a, std::uint64_t b) { return b != 0 && a > most / b ? most : a * b; }

/// Items that a producer may have made and not yet sent, none if there is no end to them.
std::optional<std::uint64_t> made_ahead(const producer_form& form) {
  const std::uint64_t streamed = 2ULL * form.workers;
  if (!form.expands && !form.whole) return streamed;
  if (form.max_output == 0) return std::nullopt;
  std::uint64_t made = form.max_output;
  // The body stops at a helping, but not within an item.
  if (form.expands) made = times(made, helping + (form.whole ? form.max_output - 1 : 0));
  return std::max(streamed, times(form.workers, made));
}

/// Can outputs of a producer lie there for the sake of order? They keep their credit, but the oldest item may
/// use it as well.
bool reorders_many(const run_plan& plan, const run_plan::member& producer) {
  if (producer.is_source) return false;
  const stage_plan& stage = plan.stages[producer.index];
  const bool in_line =
      stage.workers == 1 && stage.pool == pool_kind::cooperative && !stage.policy.tries_again();
  return stage.one_to_many && stage.ordered && !stage.make_partitioner && !in_line;
}

std::uint64_t chunk_bytes(const stage_plan& stage) {
  const std::uint64_t bytes = stage.chunk.max_held_bytes;
  if (stage.max_input == 0) return times(2, bytes);
  const auto most_bytes = plus(bytes, stage.max_input);
  return plus(std::min(times(stage.chunk.max_held, stage.max_input), most_bytes),
              std::min(times(stage.chunk.size, stage.max_input), most_bytes));
}

}  // namespace

memory_estimate estimate_memory(const graph& g, const settings& overrides) {
  const run_plan plan = make_plan(g.data(), overrides);
  memory_estimate result;
  for (const auto& member : plan.members) {
    if (member.is_source) continue;
    const stage_plan& stage = plan.stages[member.index];
    const auto add = [&](std::uint64_t bytes) { result.bytes = plus(result.bytes, bytes); };
    add(stage.bytes);
    // In open chunks, and in one that is full and has to wait.
    if (stage.chunk.size > 0) add(chunk_bytes(stage));
    if (stage.max_input == 0) {
      result.undeclared.push_back(stage.stage);
      continue;
    }
    add(times(2ULL * stage.workers + member.inputs.size(), stage.max_input));
    if (stage.gather) add(times(times(stage.max_held, stage.gather_open), stage.max_input));
    for (const std::size_t producer : member.inputs) {
      if (reorders_many(plan, plan.members[producer])) add(stage.bytes);
      const auto ahead = made_ahead(form_of(plan, plan.members[producer]));
      if (ahead) {
        add(times(*ahead, stage.max_input));
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
