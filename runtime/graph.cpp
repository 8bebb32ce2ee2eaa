#include <penstock/runtime/graph.hpp>

#include <penstock/actors/identity_body.hpp>

namespace penstock {

graph::graph(std::string name) : data_{std::make_shared<graph_data>()} { data_->name = std::move(name); }

const char* to_string(node_kind kind) {
  switch (kind) {
    case node_kind::source:
      return "source";
    case node_kind::stage:
      return "stage";
    case node_kind::sink:
      return "sink";
    case node_kind::scatter:
      return "scatter";
    case node_kind::gather:
      return "gather";
    case node_kind::chunk:
      return "chunk";
    case node_kind::chain:
      return "chain";
  }
  return "?";
}

std::vector<output_ref> detail::refine(graph_data& graph, const std::vector<output_ref>& outputs,
                                       std::shared_ptr<const chain_spec> operators) {
  if (outputs.size() == 1 && !outputs.front().operators)
    return {output_ref{outputs.front().node, std::move(operators)}};
  graph_node relay;
  relay.kind = node_kind::chain;
  relay.name = operators->operators.front().name + "#" + std::to_string(graph.nodes.size());
  relay.inputs = outputs;
  relay.make_body = &identity_body::make;
  relay.lends = operators->lends;
  relay.input_type = operators->input_type;
  graph.nodes.push_back(std::move(relay));
  return {output_ref{graph.nodes.size() - 1, std::move(operators)}};
}

}  // namespace penstock
