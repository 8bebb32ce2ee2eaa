#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <penstock/runtime/graph_data.hpp>

namespace penstock {

/// The numbers of all nodes, producers before their consumers and otherwise as they are. The program made
/// nodes in such an order, but operators' own nodes were added at the end. Throws graph_error for a cycle.
std::vector<std::size_t> producers_first(const std::string& graph, const std::vector<graph_node>& nodes);

}  // namespace penstock
