#pragma once

#include <penstock/runtime/graph.hpp>

#include "journal.hpp"

namespace penstock_simulation {

/// The graph of `set.plan`, made through the public interface. `set` and its plan must outlive the graph's
/// runs.
penstock::graph build_graph(stage_set& set);

}  // namespace penstock_simulation
