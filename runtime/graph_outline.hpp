#pragma once

#include <boost/describe/class.hpp>
#include <string>
#include <vector>

#include <penstock/runtime/graph_data.hpp>

namespace penstock {

/// The structure of a graph, for comparison with what another process has built: kinds and names of its
/// nodes, types of items, and how they hang together. Options are not part of it. A plain value that can be
/// encoded.
struct graph_outline {
  struct node {
    std::string name;   ///< with its kind: "stage 'work'"
    std::string shape;  ///< the type of its items, where they come from, what they pass on the way
  };
  std::string graph;
  std::vector<node> nodes{};
};
BOOST_DESCRIBE_STRUCT(graph_outline::node, (), (name, shape))
BOOST_DESCRIBE_STRUCT(graph_outline, (), (graph, nodes))

graph_outline outline_of(const graph_data& graph);

/// Where a worker's process has built the graph in another way than the program itself, in words that name
/// the graph and the first node that differs. Empty if it has not.
std::string outline_difference(const graph_outline& program, const graph_outline& worker);

}  // namespace penstock
