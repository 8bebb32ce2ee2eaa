#include <penstock/runtime/run_plan.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/option_table.hpp>

namespace penstock {

namespace {

constexpr std::int64_t usual_max_open = 64;

/// Plans one graph. Members keep the order of the resolved graph's nodes, sorted so that producers come
/// first.
class planner {
 public:
  planner(const graph_data& graph, const settings& overrides)
      : graph_{graph}, overrides_{overrides}, resolved_{resolve_operators(graph)} {}

  run_plan make() {
    check_graph(graph_, resolved_);
    check_overrides();
    plan_.graph = graph_.name;
    sort();
    for (const std::size_t node : order_) {
      if (resolved_.nodes[node].kind != node_kind::source) add_stage(node);
    }
    for (const std::size_t node : order_) {
      if (resolved_.nodes[node].kind == node_kind::source) add_source(node);
    }
    for (const std::size_t node : order_) add_member(node);
    pair_scatters();
    return std::move(plan_);
  }

 private:
  void check_overrides() const {
    std::vector<settings::known_stage> known;
    for (const graph_node& node : resolved_.nodes) known.push_back({node.name, to_string(node.kind)});
    overrides_.check(graph_.name, known);
  }

  /// Producers before consumers: the program made nodes in that order, but operators' own nodes were added at
  /// the end.
  void sort() {
    std::vector<bool> placed(resolved_.nodes.size(), false);
    while (order_.size() < resolved_.nodes.size()) {
      const auto before = order_.size();
      for (std::size_t i = 0; i < resolved_.nodes.size(); ++i) {
        const auto& inputs = resolved_.nodes[i].inputs;
        const bool ready =
            std::all_of(inputs.begin(), inputs.end(), [&](const output_ref& in) { return placed[in.node]; });
        if (placed[i] || !ready) continue;
        placed[i] = true;
        order_.push_back(i);
      }
      if (order_.size() == before) throw graph_error("graph '" + graph_.name + "' has a cycle");
    }
  }

  std::optional<std::int64_t> value(const graph_node& node, const char* option,
                                    const std::optional<std::int64_t>& given) const {
    if (const auto set = overrides_.number(node.name, option)) return set;
    if (!given) return std::nullopt;
    if (const auto problem = option_problem(option, *given)) {
      throw graph_error("graph '" + graph_.name + "', " + to_string(node.kind) + " '" + node.name +
                        "': " + *problem);
    }
    return given;
  }

  /// Bytes of the heaviest item that may come in, 0 if a producer did not declare it.
  std::uint64_t heaviest_input(const graph_node& node) const {
    if (node.fixed_input_size) return node.input_size;
    std::uint64_t heaviest = 0;
    for (const output_ref& input : node.inputs) {
      const auto declared =
          value(resolved_.nodes[input.node], "max_item", resolved_.nodes[input.node].options.max_item);
      if (!declared) return 0;
      heaviest = std::max(heaviest, static_cast<std::uint64_t>(*declared));
    }
    return heaviest;
  }

  pool_kind pool_of(const graph_node& node) const {
    const auto word = overrides_.word(node.name, "pool");
    if (word == "blocking") return pool_kind::blocking;
    if (word == "per_core") return pool_kind::per_core;
    if (word == "cooperative") return pool_kind::cooperative;
    return node.options.pool.value_or(pool_kind::cooperative);
  }

  void add_stage(std::size_t index) {
    const graph_node& node = resolved_.nodes[index];
    const node_options& given = node.options;
    stage_plan& plan = plan_.stages.emplace_back();
    plan.stage = node.name;
    plan.kind = to_string(node.kind);
    plan.make_body = node.make_body;
    plan.policy = given.policy;
    plan.codec = node.codec;
    plan.pool = pool_of(node);
    const auto usual_workers =
        plan.pool == pool_kind::per_core ? std::max<std::int64_t>(1, std::thread::hardware_concurrency()) : 1;
    plan.workers = static_cast<unsigned>(value(node, "workers", given.workers).value_or(usual_workers));
    plan.capacity = static_cast<std::uint32_t>(
        value(node, "capacity", given.capacity).value_or(default_number("capacity")));
    plan.bytes =
        static_cast<std::uint64_t>(value(node, "bytes", given.bytes).value_or(default_number("bytes")));
    plan.max_output = static_cast<std::uint32_t>(value(node, "max_output", given.max_output).value_or(0));
    plan.max_item = static_cast<std::uint64_t>(value(node, "max_item", given.max_item).value_or(0));
    plan.max_input = heaviest_input(node);
    plan.max_held = static_cast<std::uint32_t>(
        value(node, "max_held", given.max_held).value_or(default_number("max_held")));
    plan.ordered = overrides_.flag(node.name, "ordered").value_or(given.ordered.value_or(plan.workers == 1));
    plan.one_to_many = node.one_to_many;
    plan.lazy = node.lazy;
    plan.keyed = node.make_partitioner != nullptr;
    plan.make_partitioner = plan.workers > 1 ? node.make_partitioner : nullptr;
    plan.make_collector = node.make_collector;
    if (const auto& operators = resolved_.chains[index]) {
      plan.make_chain = operators->make;
      plan.operators = operators->operators;
      plan.expands = operators->expands;
      plan.one_to_many = plan.one_to_many || operators->expands;
      plan.operators_codec = operators->input_codec;
    }
    widest_ = std::max(widest_, plan.workers);
    stage_of_[index] = plan_.stages.size() - 1;
  }

  void add_source(std::size_t index) {
    const graph_node& node = resolved_.nodes[index];
    source_plan& plan = plan_.sources.emplace_back();
    plan.name = node.name;
    plan.make_body = node.make_source;
    plan.blocking = pool_of(node) != pool_kind::cooperative;
    plan.acknowledges = node.acknowledges;
    const auto in_flight = value(node, "in_flight", node.options.in_flight);
    plan.max_item = static_cast<std::uint64_t>(value(node, "max_item", node.options.max_item).value_or(0));
    // Jobs are counted by their verdicts, so a limit on them makes a source keep track even if nobody is
    // told.
    if (in_flight) plan.acknowledges = true;
    if (plan.acknowledges)
      plan.in_flight = static_cast<std::uint32_t>(in_flight.value_or(2 * std::int64_t{widest_}));
    if (plan.in_flight > 0) max_open_ = plan.in_flight;
    if (const auto& operators = resolved_.chains[index]) {
      plan.make_chain = operators->make;
      plan.operators = operators->operators;
      plan.codec = operators->input_codec;
      plan.expands = operators->expands;
    }
    source_of_[index] = plan_.sources.size() - 1;
  }

  void add_member(std::size_t index) {
    const graph_node& node = resolved_.nodes[index];
    run_plan::member added;
    added.name = node.name;
    added.is_source = node.kind == node_kind::source;
    added.index = added.is_source ? source_of_.at(index) : stage_of_.at(index);
    for (const output_ref& input : node.inputs) added.inputs.push_back(member_of_.at(input.node));
    member_of_[index] = plan_.members.size();
    plan_.members.push_back(std::move(added));
  }

  /// A scatter's pieces belong to the next gather downstream that no inner scatter claims.
  void pair_scatters() {
    for (const std::size_t index : order_) {
      const graph_node& node = resolved_.nodes[index];
      if (node.kind != node_kind::scatter) continue;
      std::optional<std::size_t> found;
      find_gathers(index, 0, node, found);
      if (!found) {
        throw graph_error("graph '" + graph_.name + "', scatter '" + node.name + "': no gather follows it");
      }
      auto pair = make_ref<scope_pair>();
      stage_plan& from = plan_.stages[stage_of_.at(index)];
      stage_plan& to = plan_.stages[stage_of_.at(*found)];
      if (to.gather) {
        throw graph_error("graph '" + graph_.name + "', gather '" + to.stage + "': two scatters lead to it");
      }
      from.scatter = pair;
      to.gather = pair;
      from.max_open = static_cast<std::uint32_t>(value(node, "max_open", node.options.max_open)
                                                     .value_or(max_open_ > 0 ? max_open_ : usual_max_open));
      to.gather_open = from.max_open;
    }
    for (const stage_plan& each : plan_.stages) {
      if (each.make_collector && !each.gather) {
        throw graph_error("graph '" + graph_.name + "', gather '" + each.stage + "': no scatter leads to it");
      }
    }
  }

  void find_gathers(std::size_t from, int depth, const graph_node& scatter,
                    std::optional<std::size_t>& found) const {
    for (std::size_t next = 0; next < resolved_.nodes.size(); ++next) {
      const graph_node& node = resolved_.nodes[next];
      const bool follows = std::any_of(node.inputs.begin(), node.inputs.end(),
                                       [&](const output_ref& input) { return input.node == from; });
      if (!follows) continue;
      if (node.kind == node_kind::gather && depth == 0) {
        if (found && *found != next) {
          throw graph_error("graph '" + graph_.name + "', scatter '" + scatter.name +
                            "': leads to two gathers, '" + resolved_.nodes[*found].name + "' and '" +
                            node.name + "'");
        }
        found = next;
        continue;
      }
      const int inside = node.kind == node_kind::scatter  ? depth + 1
                         : node.kind == node_kind::gather ? depth - 1
                                                          : depth;
      find_gathers(next, inside, scatter, found);
    }
  }

  const graph_data& graph_;
  const settings& overrides_;
  resolved_graph resolved_;
  std::vector<std::size_t> order_;
  run_plan plan_;
  unsigned widest_ = 1;
  std::int64_t max_open_ = 0;
  std::map<std::size_t, std::size_t> stage_of_;
  std::map<std::size_t, std::size_t> source_of_;
  std::map<std::size_t, std::size_t> member_of_;
};

}  // namespace

run_plan make_plan(const graph_data& graph, const settings& overrides) {
  return planner{graph, overrides}.make();
}

}  // namespace penstock
