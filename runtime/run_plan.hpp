#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <penstock/actors/source.hpp>
#include <penstock/actors/stage_plan.hpp>
#include <penstock/runtime/graph_data.hpp>
#include <penstock/runtime/settings.hpp>

namespace penstock {

/// A graph made ready to run: every node has its plan, operators have found the node that runs them, scatters
/// their gathers, options their values.
struct run_plan {
  struct member {
    std::string name;
    bool is_source = false;
    bool is_relay = false;            ///< was added for operators that only one of several consumers has
    std::size_t index = 0;            ///< into `sources` or `stages`
    std::vector<std::size_t> inputs;  ///< members
    std::uint64_t heaviest = 0;       ///< bytes of the heaviest item that it puts out, 0: not known
  };

  std::string graph;
  std::vector<member> members;  ///< producers before their consumers
  std::deque<source_plan> sources;
  std::deque<stage_plan> stages;
  std::vector<group_plan> groups;
  std::int64_t patience = 0;  ///< ns that some stage's bodies get after an abort
};

/// Checks the graph and plans a run of it. Throws graph_error or option_error, which name graph, stage and
/// value.
run_plan make_plan(const graph_data& graph, const settings& overrides);

/// The first half of planning: operators become part of the node whose only use they refine, or nodes of
/// their own. The chain that each node runs on its outputs is in `chains`, by node.
struct resolved_graph {
  std::vector<graph_node> nodes;  ///< inputs without operators
  std::vector<std::shared_ptr<const chain_spec>> chains;
};

resolved_graph resolve_operators(const graph_data& graph);

/// Throws graph_error for what no plan can be made of: no source, no sink, a name used twice, an output that
/// nobody takes.
void check_graph(const graph_data& graph, const resolved_graph& resolved);

/// Throws graph_error for groups of stages that can't be.
void check_groups(const graph_data& graph, const resolved_graph& resolved);

/// Throws graph_error for options of the program that would change nothing or have no sense where they stand,
/// option_error for such settings from outside.
void check_options(const graph_data& graph, const resolved_graph& resolved, const settings& overrides);

/// Throws option_error for a body that may keep items for its `on_end` behind a source that acknowledges or
/// replays.
void check_kept_items(const graph_data& graph, const resolved_graph& resolved, const settings& overrides);

}  // namespace penstock
