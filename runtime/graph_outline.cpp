#include <penstock/runtime/graph_outline.hpp>

#include <algorithm>

namespace penstock {

namespace {

std::string name_of(const graph_node& node) {
  return std::string{to_string(node.kind)} + " '" + node.name + "'";
}

std::string shape_of(const graph_node& node, const graph_data& graph) {
  std::string shape = node.input_type.empty() ? "" : " of " + node.input_type;
  for (const output_ref& input : node.inputs) {
    shape += (&input == node.inputs.data() ? " behind " : " and ") + name_of(graph.nodes[input.node]);
    if (!input.operators) continue;
    shape += " (" + input.operators->input_type;
    for (const operator_plan& each : input.operators->operators) shape += ", " + each.name;
    shape += ")";
  }
  if (node.may_be_isolated && node.output_codec != nullptr)
    shape += std::string{", which makes "} + node.output_codec->type;
  return shape;
}

std::string told(const graph_outline& of, std::size_t node) {
  if (node >= of.nodes.size()) return "none";
  return of.nodes[node].name + of.nodes[node].shape;
}

}  // namespace

graph_outline outline_of(const graph_data& graph) {
  graph_outline made{graph.name};
  for (const graph_node& each : graph.nodes) made.nodes.push_back({name_of(each), shape_of(each, graph)});
  return made;
}

std::string outline_difference(const graph_outline& program, const graph_outline& worker) {
  const auto most = std::max(program.nodes.size(), worker.nodes.size());
  for (std::size_t i = 0; i < most; ++i) {
    const auto here = told(program, i);
    const auto there = told(worker, i);
    if (here == there) continue;
    return "graph '" + program.graph + "' differs in a worker's process: its node " + std::to_string(i + 1) +
           " is " + here + " in the program, and " + there +
           " in the worker; main must build the same graph in both, from nothing but its arguments";
  }
  return {};
}

}  // namespace penstock
