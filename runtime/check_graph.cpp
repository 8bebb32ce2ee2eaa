#include <set>
#include <string>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/run_plan.hpp>

namespace penstock {

namespace {

void check_operators(const std::string& where, const chain_spec* chain) {
  if (chain == nullptr) return;
  for (const operator_plan& each : chain->operators) {
    if (each.name.empty()) throw graph_error(where + ": an operator on its output has an empty name");
  }
}

}  // namespace

void check_graph(const graph_data& graph, const resolved_graph& resolved) {
  const std::string where = "graph '" + graph.name + "'";
  std::set<std::string> names;
  std::vector<std::size_t> consumers(resolved.nodes.size(), 0);
  bool source = false;
  for (const graph_node& node : resolved.nodes) {
    source = source || node.kind == node_kind::source;
    if (node.name.empty()) throw graph_error(where + ": a " + to_string(node.kind) + " has an empty name");
    if (!names.insert(node.name).second) {
      throw graph_error(where + ": two stages are named '" + node.name + "'; names must differ");
    }
    for (const output_ref& input : node.inputs) ++consumers[input.node];
  }
  if (!source) throw graph_error(where + " has no source");
  for (std::size_t i = 0; i < resolved.nodes.size(); ++i) {
    const graph_node& node = resolved.nodes[i];
    check_operators(where + ", " + to_string(node.kind) + " '" + node.name + "'", resolved.chains[i].get());
    if (node.kind != node_kind::sink && consumers[i] == 0) {
      throw graph_error(where + ", " + to_string(node.kind) + " '" + node.name +
                        "': nobody takes its output; the graph has no sink for it");
    }
    for (const output_ref& input : node.inputs) {
      if (consumers[input.node] > 1 && !node.lends) {
        throw graph_error(where + ", stage '" + node.name + "': takes move-only items (" + node.input_type +
                          ") of '" + resolved.nodes[input.node].name +
                          "' that another stage takes too; take them by const reference");
      }
    }
  }
}

}  // namespace penstock
