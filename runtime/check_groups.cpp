#include <algorithm>
#include <set>
#include <string>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/run_plan.hpp>

namespace penstock {

void check_groups(const graph_data& graph, const resolved_graph& resolved) {
  std::set<std::string> names;
  std::set<std::string> taken;
  for (const given_group& group : graph.groups) {
    const std::string where =
        "graph '" + graph.name + "', " + to_string(group.strategy) + " '" + group.name + "'";
    if (group.name.empty()) throw graph_error(where + ": the group has no name");
    if (!names.insert(group.name).second) throw graph_error(where + ": two groups have this name");
    if (group.stages.size() < 2) throw graph_error(where + ": expected two stages or more");
    for (const std::string& stage : group.stages) {
      const auto node = std::find_if(resolved.nodes.begin(), resolved.nodes.end(),
                                     [&](const graph_node& each) { return each.name == stage; });
      if (node == resolved.nodes.end()) throw graph_error(where + ": there is no stage '" + stage + "'");
      if (node->kind == node_kind::source) {
        throw graph_error(where + ": '" + stage + "' is a source, and what crashes a source fails the run");
      }
      if (!taken.insert(stage).second)
        throw graph_error(where + ": stage '" + stage + "' is in a group already");
    }
  }
}

}  // namespace penstock
