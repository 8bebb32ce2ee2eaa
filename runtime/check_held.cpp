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

}  // namespace penstock
