#include <penstock/runtime/plan_chunks.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/duration_text.hpp>
#include <penstock/runtime/option_table.hpp>

namespace penstock {

namespace {

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return a > unlimited - b ? unlimited : a + b; }

}  // namespace

chunk_plan plan_chunk(const std::string& graph, const graph_node& node, const option_reader& value) {
  const node_options& given = node.options;
  chunk_plan chunk;
  chunk.size = static_cast<std::uint32_t>(value("size", given.size).value_or(1));
  chunk.delay = value("delay", given.delay).value_or(0);
  chunk.keyed = node.keyed_chunks;
  const std::int64_t usual = std::max(default_number("max_held"), std::int64_t{chunk.size});
  chunk.max_held = static_cast<std::uint32_t>(value("max_held", given.max_held).value_or(usual));
  chunk.max_held_bytes = static_cast<std::uint64_t>(
      value("max_held_bytes", given.max_held_bytes).value_or(default_number("max_held_bytes")));
  chunk.make_items = node.make_chunk_items;
  if (chunk.size <= chunk.max_held) return chunk;
  throw option_error("graph '" + graph + "', chunk '" + node.name + "': chunk(" + std::to_string(chunk.size) +
                     ") is never full with max_held = " + std::to_string(chunk.max_held) +
                     ", which must be as large at least");
}

void check_chunk_call(const std::string& graph, const graph_node& node, const std::string& option,
                      std::int64_t given) {
  if (option != "size" && option != "delay") return;
  if (!option_problem(option, given)) return;
  const std::string value = option == "size"
                                ? "chunk(" + std::to_string(given) + ")"
                                : "chunk(" + std::to_string(node.options.size.value_or(0)) + ", " +
                                      duration_text(std::chrono::nanoseconds{given}) + ")";
  throw option_error("graph '" + graph + "', chunk '" + node.name + "': " + value + ": expected " +
                     expected(*find_stage_option(option)));
}

void connect_chunks(run_plan& plan) {
  for (std::size_t i = 0; i < plan.members.size(); ++i) {
    if (plan.members[i].is_source) continue;
    chunk_plan& chunk = plan.stages[plan.members[i].index].chunk;
    if (chunk.size == 0 || chunk.delay == 0) continue;
    const std::uint64_t enough =
        chunk.keyed ? chunk.max_held : std::min<std::uint64_t>(2ULL * chunk.size, chunk.max_held);
    std::set<std::size_t> upstream{i};
    for (auto each = i + 1; each-- > 0;) {
      const run_plan::member& member = plan.members[each];
      if (!upstream.contains(each)) continue;
      upstream.insert(member.inputs.begin(), member.inputs.end());
      if (!member.is_source) continue;
      source_plan& source = plan.sources[member.index];
      if (source.most_in_flight == 0) continue;
      if (!source.growth) source.growth = make_ref<growth_link>();
      source.most_in_flight = std::max(source.most_in_flight, static_cast<std::uint32_t>(enough));
      chunk.sources.push_back(source.growth);
    }
  }
}

void check_chunks(const run_plan& plan) {
  // By member: items that it may put out while none of its sources can give more.
  std::vector<std::uint64_t> reach(plan.members.size(), 0);
  for (std::size_t i = 0; i < plan.members.size(); ++i) {
    const run_plan::member& member = plan.members[i];
    if (member.is_source) {
      const source_plan& source = plan.sources[member.index];
      reach[i] = source.in_flight == 0 || source.expands ? unlimited : source.in_flight;
      continue;
    }
    const stage_plan& stage = plan.stages[member.index];
    std::uint64_t in = 0;
    for (const std::size_t input : member.inputs) in = plus(in, reach[input]);
    reach[i] = stage.one_to_many || stage.scatter || stage.gather ? unlimited : in;
    const chunk_plan& chunk = stage.chunk;
    if (chunk.size == 0 || chunk.delay > 0) continue;
    if (!chunk.keyed && in != unlimited && !stage.one_to_many) reach[i] = in / chunk.size;
    const std::uint64_t needed =
        chunk.keyed && chunk.size > 1 ? std::uint64_t{chunk.max_held} + 1 : chunk.size;
    if (in >= needed) continue;
    const std::string said = "chunk(" + std::to_string(chunk.size) + ") ";
    const std::string jobs = " jobs are in flight before it";
    throw option_error(
        "graph '" + plan.graph + "', chunk '" + member.name + "': " + said +
        (chunk.keyed
             ? "for each key could wait for ever: only " + std::to_string(in) + jobs +
                   ", and they may all lie in chunks that are not full; give it a delay, or a max_held "
                   "below in_flight"
             : "could never be full: only " + std::to_string(in) + jobs +
                   "; give it a delay, or the source in_flight(" + std::to_string(chunk.size) + ") or more"));
  }
}

}  // namespace penstock
