#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock/actors/stage_group.hpp>
#include <penstock/runtime/node_options.hpp>

namespace penstock_simulation {

/// What bodies of the simulation throw. `node` and `value` say where and on which item; value 0: in a hook.
struct fault : std::runtime_error {
  fault(int of_node, std::uint64_t of_value) : std::runtime_error{"fault"}, node{of_node}, value{of_value} {}
  int node;
  std::uint64_t value;
};
/// The same as something that is no std::exception.
struct odd_fault {
  int node;
  std::uint64_t value;
};

enum class node_type { source, stage, sink, scatter, gather, merge, view };

/// How a node's body is written; of a source, stage, scatter or sink.
enum class body_form {
  one,     ///< item -> item, by reference
  taking,  ///< item -> item, by value
  plain,   ///< without a context
  maybe,   ///< -> optional
  many,    ///< -> vector
  lazy,    ///< -> generator
  made,    ///< each_worker, -> item
  number,  ///< through std::uint64_t, an item of fixed weight
  sole,    ///< through an item that can't be copied
};

enum class source_form { calls, acknowledges, range, generates };

/// The operators that a view consists of.
enum class view_form { map, filter, flat_map, tap, map_filter, flat_map_map, flat_map_filter_map };

enum class hook { none, construct, start, end, stop };

/// What comes out of a node goes through a chunk stage, and on one by one.
struct chunking {
  std::uint32_t size = 0;  ///< 0: it does not
  std::int64_t delay = 0;  ///< ns; 0: none
  bool keyed = false;
  std::int64_t max_held = 0;  ///< 0: not given
};

/// One node of a random graph, with everything that its body does.
struct node {
  node_type type = node_type::stage;
  int number = 0;
  std::string name;
  std::uint64_t salt = 0;
  std::vector<int> inputs;
  int depth = 0;  ///< scatters that are open around it

  body_form form = body_form::one;
  source_form source = source_form::calls;
  view_form view = view_form::map;
  bool keyed = false;
  chunking chunks;
  int scatter = -1;  ///< of a gather
  penstock::node_options options;
  std::vector<penstock::error_rule> rules;  ///< of the policy in there
  std::uint32_t most_outputs = 1;
  std::uint32_t drops = 0;     ///< items of 256 that have no output; of filters and maybe
  std::uint32_t faults = 0;    ///< items of 256 whose body throws
  std::uint32_t lasting = 1;   ///< attempts that fail; `always`
  bool faults_midway = false;  ///< of lazy bodies: throws after some outputs
  bool odd = false;            ///< throws what is no exception
  bool hangs = false;          ///< instead of throwing takes longer than its time limit
  std::uint32_t stops = 0;     ///< items of 256 that make the stage want no more
  bool emits_at_end = false;
  bool awaits_verdicts = false;  ///< of a source: it ends only after the last verdict on its jobs
  hook broken = hook::none;
  std::uint32_t slowness = 0;   ///< 0: takes no time
  std::uint32_t items = 0;      ///< of a source
  std::uint32_t breaks_at = 0;  ///< of a source: item that it throws instead of, from 1; 0: none

  std::string chunk_name() const { return name + ".chunk"; }
  void restart_instead_of_retry() {
    for (penstock::error_rule& each : rules) {
      if (each.action == penstock::error_action::retry) each.action = penstock::error_action::restart;
    }
    options.policy = penstock::error_policy{rules};
  }
};

inline constexpr std::uint32_t always = 1000;
/// A body that hangs takes so many times the limit.
inline constexpr std::int64_t overlong = 3;

/// Something that is done to a run from outside.
struct deed {
  enum class what { set_workers, set_capacity, drain, drain_by, abort, look };
  what kind;
  std::uint64_t at = 0;  ///< turn
  std::string stage;
  std::int64_t number = 0;
};

/// Stages that restart together.
struct stage_team {
  penstock::group_strategy strategy = penstock::group_strategy::one_for_all;
  std::vector<std::string> stages;
};

struct shape {
  std::uint64_t seed = 0;
  bool heavy = false;  ///< items carry a load
  std::int64_t inactivity = 0;
  std::vector<node> nodes;  ///< producers first
  std::vector<deed> deeds;
  std::vector<stage_team> teams;

  /// Items may come of an `on_end` although its stage has passed on that nothing comes before a verdict: a
  /// source waits for its last one, or for any while the run is about to drain.
  bool emits_after_verdicts() const {
    const bool drains = std::any_of(deeds.begin(), deeds.end(), [](const deed& d) {
      return d.kind == deed::what::drain || d.kind == deed::what::drain_by;
    });
    const auto waits = [drains](const node& n) {
      const bool counts =
          n.type == node_type::source && (n.options.in_flight || n.source == source_form::acknowledges);
      return n.awaits_verdicts || n.options.replay || (drains && counts);
    };
    return std::any_of(nodes.begin(), nodes.end(), waits) &&
           std::any_of(nodes.begin(), nodes.end(), [](const node& n) { return n.emits_at_end; });
  }

  /// The number of the node's workers is changed while it runs.
  bool resizes(const node& n) const { return resizes(n.name); }
  bool resizes(const std::string& stage) const {
    return std::any_of(deeds.begin(), deeds.end(),
                       [&](const deed& d) { return d.kind == deed::what::set_workers && d.stage == stage; });
  }
};

/// The graph that a seed stands for.
shape draw_shape(std::uint64_t seed);

/// Lets some sources end only after their last verdict: queues that are left once they are empty, and sources
/// that replay. Drawn apart, so that seeds that once failed mean the same graphs.
void draw_waits(shape& s);

/// Puts chunk stages behind some nodes. Drawn last and apart, so that seeds that once failed mean the same
/// graphs.
void draw_chunks(shape& s);

/// All of it as text.
std::string describe(const shape& s);

}  // namespace penstock_simulation
