#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <penstock/runtime/graph_data.hpp>

namespace penstock {

/// The gather of each scatter, by their numbers among `nodes`: scopes nest, so a gather closes the innermost
/// open scatter of all that comes to it. `order` has producers before consumers.
///
/// Throws graph_error if a scatter has no gather or two, or if items come to a gather that are not all pieces
/// of the same scatter.
std::map<std::size_t, std::size_t> pair_scatters(const std::string& graph,
                                                 const std::vector<graph_node>& nodes,
                                                 const std::vector<std::size_t>& order);

}  // namespace penstock
