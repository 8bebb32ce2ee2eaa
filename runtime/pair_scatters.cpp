#include <penstock/runtime/pair_scatters.hpp>

#include <set>
#include <utility>

#include <penstock/messages/error.hpp>

namespace penstock {

namespace {

/// Scatters whose gather is still to come, the innermost last.
using scopes = std::vector<std::size_t>;

class matcher {
 public:
  matcher(const std::string& graph, const std::vector<graph_node>& nodes) : graph_{graph}, nodes_{nodes} {}

  std::map<std::size_t, std::size_t> match(const std::vector<std::size_t>& order) {
    for (const std::size_t each : order) pass(each);
    for (const std::size_t each : order) {
      if (nodes_[each].kind == node_kind::scatter && !gathers_.contains(each))
        refuse(each, "no gather follows it");
    }
    return std::move(gathers_);
  }

 private:
  void pass(std::size_t node) {
    std::set<scopes> coming;
    for (const output_ref& input : nodes_[node].inputs)
      coming.insert(leaving_[input.node].begin(), leaving_[input.node].end());
    if (nodes_[node].kind == node_kind::source) coming.insert(scopes{});
    if (nodes_[node].kind == node_kind::gather) close(node, coming);
    if (nodes_[node].kind == node_kind::chunk) check_chunk(node, coming);
    for (scopes each : coming) {
      if (nodes_[node].kind == node_kind::scatter) each.push_back(node);
      if (nodes_[node].kind == node_kind::gather) each.pop_back();
      leaving_[node].insert(std::move(each));
    }
  }

  void close(std::size_t gather, const std::set<scopes>& coming) {
    const scopes& open = *coming.rbegin();  // an empty one comes first
    if (open.empty()) refuse(gather, "no scatter leads to it");
    const std::size_t scatter = open.back();
    for (const scopes& each : coming) {
      if (each.empty()) {
        refuse(gather,
               "items that are pieces of nothing come to it beside those of scatter " + name(scatter));
      }
      if (each.back() != scatter) {
        refuse(gather, "two scatters lead to it, " + name(each.back()) + " and " + name(scatter));
      }
      if (each != open)
        refuse(gather, "pieces of scatter " + name(scatter) + " come to it in different scopes");
    }
    const auto [known, added] = gathers_.emplace(scatter, gather);
    if (!added) refuse(scatter, "leads to two gathers, " + name(known->second) + " and " + name(gather));
  }

  void check_chunk(std::size_t chunk, const std::set<scopes>& coming) const {
    for (const scopes& each : coming) {
      if (each.empty()) continue;
      refuse(chunk, "it stands between scatter " + name(each.back()) +
                        " and its gather, where a chunk would mix the pieces of several jobs; put it before "
                        "the scatter or behind the gather");
    }
  }

  std::string name(std::size_t node) const { return "'" + nodes_[node].name + "'"; }

  [[noreturn]] void refuse(std::size_t node, const std::string& why) const {
    throw graph_error("graph '" + graph_ + "', " + to_string(nodes_[node].kind) + " " + name(node) + ": " +
                      why);
  }

  const std::string& graph_;
  const std::vector<graph_node>& nodes_;
  std::map<std::size_t, std::set<scopes>> leaving_;  ///< by node: scopes that what it puts out may be in
  std::map<std::size_t, std::size_t> gathers_;       ///< by scatter
};

}  // namespace

std::map<std::size_t, std::size_t> pair_scatters(const std::string& graph,
                                                 const std::vector<graph_node>& nodes,
                                                 const std::vector<std::size_t>& order) {
  return matcher{graph, nodes}.match(order);
}

}  // namespace penstock
