#include <algorithm>
#include <utility>

#include <penstock/actors/identity_body.hpp>
#include <penstock/runtime/run_plan.hpp>

namespace penstock {

namespace {

struct use {
  std::size_t consumer;
  std::size_t input;
};

std::vector<std::vector<use>> uses_of(const graph_data& graph) {
  std::vector<std::vector<use>> result(graph.nodes.size());
  for (std::size_t consumer = 0; consumer < graph.nodes.size(); ++consumer) {
    const auto& inputs = graph.nodes[consumer].inputs;
    for (std::size_t input = 0; input < inputs.size(); ++input)
      result[inputs[input].node].push_back({consumer, input});
  }
  return result;
}

/// The producer's name and those of the operators; a number where another node has that name already.
std::string name_of(const graph_node& producer, const chain_spec& operators,
                    const std::vector<graph_node>& nodes) {
  std::string base = producer.name;
  for (const operator_plan& each : operators.operators) base += "." + each.name;
  std::string name = base;
  const auto taken = [&](const graph_node& node) { return node.name == name; };
  for (int i = 2; std::any_of(nodes.begin(), nodes.end(), taken); ++i) name = base + "#" + std::to_string(i);
  return name;
}

}  // namespace

resolved_graph resolve_operators(const graph_data& graph) {
  resolved_graph result{graph.nodes, {}};
  result.chains.resize(graph.nodes.size());
  const auto uses = uses_of(graph);
  for (std::size_t producer = 0; producer < graph.nodes.size(); ++producer) {
    const auto operators_of = [&](const use& each) {
      return graph.nodes[each.consumer].inputs[each.input].operators;
    };
    bool alike = true;
    for (const use& each : uses[producer])
      alike = alike && operators_of(each) == operators_of(uses[producer].front());
    if (alike && !uses[producer].empty()) {
      result.chains[producer] = operators_of(uses[producer].front());
      continue;
    }
    // Several consumers see this output in different ways: each set of operators becomes a stage of its own.
    std::vector<std::pair<const chain_spec*, std::size_t>> made;
    for (const use& each : uses[producer]) {
      const auto operators = operators_of(each);
      if (!operators) continue;
      std::size_t relay = result.nodes.size();
      for (const auto& [known, node] : made) {
        if (known == operators.get()) relay = node;
      }
      if (relay == result.nodes.size()) {
        graph_node node;
        node.kind = node_kind::chain;
        node.name = name_of(graph.nodes[producer], *operators, result.nodes);
        node.inputs = {output_ref{producer, nullptr}};
        node.make_body = &identity_body::make;
        node.lends = operators->lends;
        node.input_type = operators->input_type;
        result.nodes.push_back(std::move(node));
        result.chains.push_back(operators);
        made.emplace_back(operators.get(), relay);
      }
      result.nodes[each.consumer].inputs[each.input].node = relay;
    }
  }
  for (graph_node& node : result.nodes) {
    for (output_ref& input : node.inputs) input.operators = nullptr;
  }
  return result;
}

}  // namespace penstock
