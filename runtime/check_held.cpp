#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/run_plan.hpp>

namespace penstock {

namespace {

/// The source behind a node's inputs that acknowledges or replays; null if there is none.
const graph_node* tracked_source(const resolved_graph& graph, const graph_node& from,
                                 const settings& overrides) {
  std::vector<bool> seen(graph.nodes.size(), false);
  std::vector<const graph_node*> open{&from};
  while (!open.empty()) {
    const graph_node& each = *open.back();
    open.pop_back();
    if (each.kind == node_kind::source &&
        (each.acknowledges || each.options.replay || overrides.number(each.name, "replay"))) {
      return &each;
    }
    for (const output_ref& input : each.inputs) {
      if (seen[input.node]) continue;
      seen[input.node] = true;
      open.push_back(&graph.nodes[input.node]);
    }
  }
  return nullptr;
}

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return a > unlimited - b ? unlimited : a + b; }

std::string where(const std::string& graph, const std::string& kind, const std::string& name) {
  return "graph '" + graph + "', " + kind + " '" + name + "': ";
}

}  // namespace

void check_kept_items(const graph_data& graph, const resolved_graph& resolved, const settings& overrides) {
  for (const graph_node& node : resolved.nodes) {
    if (!node.holds_items || node.options.loses_held_items.value_or(false)) continue;
    const graph_node* const source = tracked_source(resolved, node, overrides);
    if (source == nullptr) continue;
    throw option_error(where(graph.name, to_string(node.kind), node.name) +
                       "its body may keep items for its on_end, and source '" + source->name +
                       "' would count their jobs as done while they lie there; use chunk to collect items, "
                       "or say ps::loses_held_items");
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
        where(plan.graph, "chunk", member.name) + said +
        (chunk.keyed
             ? "for each key could wait for ever: only " + std::to_string(in) + jobs +
                   ", and they may all lie in chunks that are not full; give it a delay, or a max_held "
                   "below in_flight"
             : "could never be full: only " + std::to_string(in) + jobs +
                   "; give it a delay, or the source in_flight(" + std::to_string(chunk.size) + ") or more"));
  }
}

}  // namespace penstock
