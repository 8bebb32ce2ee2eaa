#pragma once

#include <penstock/runtime/graph_data.hpp>
#include <penstock/runtime/role_entry.hpp>

namespace penstock {

/// Serves as an isolated worker of a stage of this graph until the process that started this one wants no
/// more, and ends this process.
[[noreturn]] void serve_isolated(role& mine, const graph_data& graph);

}  // namespace penstock
