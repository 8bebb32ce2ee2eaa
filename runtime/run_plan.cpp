#include <penstock/runtime/run_plan.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include <penstock/actors/identity_body.hpp>
#include <penstock/actors/replaying_source.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/runtime/isolated_body.hpp>
#include <penstock/runtime/option_table.hpp>
#include <penstock/runtime/pair_scatters.hpp>
#include <penstock/runtime/plan_chunks.hpp>
#include <penstock/runtime/plan_supervision.hpp>
#include <penstock/runtime/producers_first.hpp>

namespace penstock {

namespace {

constexpr std::int64_t usual_max_open = 64;

/// Plans one graph. Members keep the order of the resolved graph's nodes, where producers do not have to come
/// before them.
class planner {
 public:
  planner(const graph_data& graph, const settings& overrides)
      : graph_{graph}, overrides_{overrides}, resolved_{resolve_operators(graph)} {}

  run_plan make() {
    check_graph(graph_, resolved_);
    check_overrides();
    check_options(graph_, resolved_, overrides_);
    check_groups(graph_, resolved_);
    check_kept_items(graph_, resolved_, overrides_);
    plan_.graph = graph_.name;
    order_ = producers_first(graph_.name, resolved_.nodes);
    for (const std::size_t node : order_) {
      if (resolved_.nodes[node].kind != node_kind::source) add_stage(node);
    }
    for (const std::size_t node : order_) {
      if (resolved_.nodes[node].kind == node_kind::source) add_source(node);
    }
    for (const std::size_t node : order_) add_member(node);
    connect_scatters();
    connect_chunks(plan_);
    add_groups();
    check_chunks(plan_);
    return std::move(plan_);
  }

 private:
  void check_overrides() const {
    std::vector<settings::known_stage> known;
    for (const graph_node& node : resolved_.nodes) known.push_back({node.name, to_string(node.kind)});
    overrides_.check(graph_.name, known);
  }

  std::optional<std::int64_t> value(const graph_node& node, const char* option,
                                    const std::optional<std::int64_t>& given) const {
    if (const auto set = overrides_.number(node.name, option)) return set;
    if (!given) return std::nullopt;
    check_chunk_call(graph_.name, node, option, *given);
    if (const auto problem = option_problem(option, *given)) {
      throw graph_error("graph '" + graph_.name + "', " + to_string(node.kind) + " '" + node.name +
                        "': " + *problem);
    }
    return given;
  }

  /// Bytes of the heaviest item that a node declares to put out, 0 if it declares none.
  std::uint64_t max_item(std::size_t node) const {
    const graph_node& maker = resolved_.nodes[node];
    if (maker.kind == node_kind::chunk && !resolved_.chains[node]) return heaviest_chunk(maker);
    return static_cast<std::uint64_t>(value(maker, "max_item", maker.options.max_item).value_or(0));
  }

  /// Bytes of the heaviest item that may come in, 0 if a producer did not declare it.
  std::uint64_t heaviest_input(const graph_node& node) const {
    if (node.fixed_input_size) return node.input_size;
    std::uint64_t heaviest = 0;
    for (const output_ref& input : node.inputs) {
      if (max_item(input.node) == 0) return 0;
      heaviest = std::max(heaviest, max_item(input.node));
    }
    return heaviest;
  }

  std::uint64_t heaviest_chunk(const graph_node& node) const {
    const std::uint64_t heaviest = heaviest_input(node);
    if (heaviest == 0) return 0;
    const chunk_plan chunk = chunk_of(node);
    const std::uint64_t full = heaviest > chunk.max_held_bytes / chunk.size ? chunk.max_held_bytes + heaviest
                                                                            : heaviest * chunk.size;
    return full + sizeof(std::vector<char>);
  }

  option_reader reader_of(const graph_node& node) const {
    return [&](const char* option, const auto& given) { return value(node, option, given); };
  }

  chunk_plan chunk_of(const graph_node& node) const { return plan_chunk(graph_.name, node, reader_of(node)); }

  /// What is buffered until an attempt has come to its end must have an end.
  void check_retry(const graph_node& node, const stage_plan& plan) const {
    if (!node.one_to_many || !plan.policy.tries_again() || plan.max_output > 0) return;
    throw graph_error("graph '" + graph_.name + "', " + to_string(node.kind) + " '" + node.name +
                      "': retry keeps an item's outputs until the attempt has come to its end: it needs "
                      "max_output(n)");
  }

  pool_kind pool_of(const graph_node& node) const {
    const auto word = overrides_.word(node.name, "pool");
    if (word == "blocking") return pool_kind::blocking;
    if (word == "per_core") return pool_kind::per_core;
    if (word == "isolated") return pool_kind::isolated;
    if (word == "cooperative") return pool_kind::cooperative;
    return node.options.pool.value_or(node.usual_pool);
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
    plan.max_item = max_item(index);
    check_retry(node, plan);
    plan.max_input = heaviest_input(node);
    plan.max_held = static_cast<std::uint32_t>(
        value(node, "max_held", given.max_held).value_or(default_number("max_held")));
    plan_.patience =
        std::max(plan_.patience, plan_supervision(graph_.name, node, reader_of(node), plan).value_or(0));
    plan.ordered = overrides_.flag(node.name, "ordered").value_or(given.ordered.value_or(plan.workers == 1));
    plan.one_to_many = plan.many_from_body = node.one_to_many;
    plan.lazy = node.lazy;
    plan.make_partitioner = node.make_partitioner;
    plan.make_collector = node.make_collector;
    plan.holds_items = node.holds_items;
    if (node.kind == node_kind::chunk) {
      plan.chunk = chunk_of(node);
      plan.make_body = &identity_body::make;
    }
    if (const auto& operators = resolved_.chains[index]) {
      plan.make_chain = operators->make;
      plan.operators = operators->operators;
      plan.expands = operators->expands;
      plan.one_to_many = plan.one_to_many || operators->expands;
      plan.operators_codec = operators->input_codec;
    }
    if (plan.pool == pool_kind::isolated) isolate(node, plan);
    widest_ = std::max(widest_, plan.workers);
    stage_of_[index] = plan_.stages.size() - 1;
  }

  /// Puts a process between worker and body. It watches over the time of items itself, as it can end what
  /// hangs.
  void isolate(const graph_node& node, stage_plan& plan) const {
    isolated_plan apart;
    apart.graph = graph_.name;
    apart.stage = node.name;
    apart.input = node.input_codec;
    apart.output = node.output_codec;
    apart.has_on_end = node.has_on_end;
    apart.outline = outline_of(graph_);
    apart.limit = std::exchange(plan.limit, time_limit{});
    apart.max_output = plan.max_output;
    apart.max_item = plan.make_chain ? 0 : plan.max_item;
    apart.memory_limit =
        static_cast<std::uint64_t>(value(node, "memory_limit", node.options.memory_limit).value_or(0));
    plan.lazy = false;
    plan.make_body = isolated_body_maker(std::move(apart));
  }

  void add_source(std::size_t index) {
    const graph_node& node = resolved_.nodes[index];
    source_plan& plan = plan_.sources.emplace_back();
    plan.name = node.name;
    plan.make_body = node.make_source;
    plan.blocking = pool_of(node) != pool_kind::cooperative;
    plan.acknowledges = node.acknowledges;
    const auto in_flight = value(node, "in_flight", node.options.in_flight);
    plan.max_item = max_item(index);
    plan.max_output =
        static_cast<std::uint32_t>(value(node, "max_output", node.options.max_output).value_or(0));
    if (const auto times = value(node, "replay", node.options.replay)) {
      const std::string what = "graph '" + graph_.name + "', source '" + node.name +
                               "': replay = " + std::to_string(*times) + ": ";
      if (node.acknowledges)
        throw option_error(what + "the source acknowledges its jobs, so its origin gives them again");
      if (!node.lends) throw option_error(what + "its items can't be copied, so they can't be kept");
      plan.acknowledges = true;
      plan.make_body = [make = node.make_source, times = static_cast<std::uint32_t>(*times)] {
        return std::make_unique<replaying_source>(make(), times);
      };
    }
    // Jobs are counted by their verdicts, so a limit on them makes a source keep track even if nobody is
    // told.
    if (in_flight) plan.acknowledges = true;
    if (plan.acknowledges)
      plan.in_flight = static_cast<std::uint32_t>(in_flight.value_or(2 * std::int64_t{widest_}));
    plan.most_in_flight = in_flight ? 0 : plan.in_flight;
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
    added.is_relay = node.kind == node_kind::chain && node.inputs.size() == 1;
    added.index = added.is_source ? source_of_.at(index) : stage_of_.at(index);
    added.heaviest = max_item(index);
    for (const output_ref& input : node.inputs) {
      added.inputs.push_back(member_of_.at(input.node));
      if (node.fixed_input_size) plan_.members[added.inputs.back()].heaviest = node.input_size;
    }
    member_of_[index] = plan_.members.size();
    plan_.members.push_back(std::move(added));
  }

  void add_groups() {
    for (const given_group& given : graph_.groups) {
      group_plan& group = plan_.groups.emplace_back();
      group.name = given.name;
      group.strategy = given.strategy;
      for (const std::string& stage : given.stages) {
        const auto member = std::find_if(plan_.members.begin(), plan_.members.end(),
                                         [&](const run_plan::member& each) { return each.name == stage; });
        group.members.push_back(static_cast<std::uint32_t>(member - plan_.members.begin()));
        plan_.stages[member->index].in_group = true;
      }
    }
  }

  void connect_scatters() {
    for (const auto& [scatter, gather] : pair_scatters(graph_.name, resolved_.nodes, order_)) {
      const graph_node& node = resolved_.nodes[scatter];
      auto shared = make_ref<scope_pair>();
      stage_plan& from = plan_.stages[stage_of_.at(scatter)];
      stage_plan& to = plan_.stages[stage_of_.at(gather)];
      shared->terms->max_held = to.max_held;
      from.scatter = shared;
      to.gather = shared;
      from.max_open = static_cast<std::uint32_t>(value(node, "max_open", node.options.max_open)
                                                     .value_or(max_open_ > 0 ? max_open_ : usual_max_open));
      to.gather_open = from.max_open;
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
