#include <penstock/runtime/producers_first.hpp>

#include <algorithm>

#include <penstock/messages/error.hpp>

namespace penstock {

namespace {

std::string names_of_rest(const std::vector<graph_node>& nodes, const std::vector<bool>& placed) {
  std::string names;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    if (placed[i]) continue;
    names += (names.empty() ? "'" : ", '") + nodes[i].name + "'";
  }
  return names;
}

}  // namespace

std::vector<std::size_t> producers_first(const std::string& graph, const std::vector<graph_node>& nodes) {
  std::vector<std::size_t> order;
  std::vector<bool> placed(nodes.size(), false);
  while (order.size() < nodes.size()) {
    const auto before = order.size();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto& inputs = nodes[i].inputs;
      const bool ready =
          std::all_of(inputs.begin(), inputs.end(), [&](const output_ref& in) { return placed[in.node]; });
      if (placed[i] || !ready) continue;
      placed[i] = true;
      order.push_back(i);
    }
    if (order.size() == before)
      throw graph_error("graph '" + graph + "' has a cycle: " + names_of_rest(nodes, placed));
  }
  return order;
}

}  // namespace penstock
