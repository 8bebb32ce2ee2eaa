#include <string>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/run_plan.hpp>

namespace penstock {

namespace {

/// Most attempts after the first that a rule may ask for.
constexpr std::int64_t most_retries = 1'000'000;

std::string call(const char* option, std::int64_t value) {
  return std::string{option} + "(" + std::to_string(value) + ")";
}

/// Options of one node which its kind takes, but which would change nothing here, or can't be kept.
class node_check {
 public:
  node_check(const std::string& graph, const graph_node& node, const chain_spec* operators,
             const settings& overrides)
      : node_{node},
        operators_{operators},
        overrides_{overrides},
        where_{"graph '" + graph + "', " + to_string(node.kind) + " '" + node.name + "': "} {}

  void run() const {
    check_pool();
    check_isolation();
    check_order();
    check_outputs();
    check_chunk();
    check_retries();
  }

 private:
  void check_pool() const {
    const auto word = overrides_.word(node_.name, "pool");
    if (node_.kind == node_kind::source && (word == "per_core" || word == "isolated")) {
      throw option_error(where_ + "pool = " + *word +
                         ": a source is one, so its pool is cooperative or blocking");
    }
  }

  void check_isolation() const {
    const auto word = overrides_.word(node_.name, "pool");
    const bool isolated = word ? *word == "isolated" : node_.options.pool == pool_kind::isolated;
    if (isolated && !node_.may_be_isolated) {
      throw option_error(
          where_ +
          "pool = isolated: the program must say ps::isolated for it, so that its items can go "
          "to other processes; from outside it can then be blocking or isolated");
    }
    if (isolated) return;
    const char* why = ": only the workers of an isolated pool have memory of their own";
    if (const auto set = overrides_.number(node_.name, "memory_limit"))
      throw option_error(where_ + "memory_limit = " + std::to_string(*set) + why);
    // A pool that was isolated in the program and is not from outside keeps its limit for another time.
    if (node_.options.memory_limit && !node_.may_be_isolated)
      throw graph_error(where_ + call("memory_limit", *node_.options.memory_limit) + why);
  }

  void check_order() const {
    if (node_.make_partitioner && overrides_.flag(node_.name, "ordered")) {
      throw option_error(where_ +
                         "ordered is set, but a stage behind by_key keeps the order of each key and "
                         "no other");
    }
  }

  void check_outputs() const {
    if (node_.one_to_many || (operators_ != nullptr && operators_->expands)) return;
    const std::string why = ": neither its body nor a fused operator makes many results of one item";
    if (const auto set = overrides_.number(node_.name, "max_output"))
      throw option_error(where_ + "max_output = " + std::to_string(*set) + why);
    if (node_.options.max_output)
      throw graph_error(where_ + call("max_output", *node_.options.max_output) + why);
  }

  void check_chunk() const {
    if (node_.kind != node_kind::chunk || operators_ != nullptr) return;
    const std::string why = ": what a chunk weighs follows from its items, max_held and max_held_bytes";
    if (const auto set = overrides_.number(node_.name, "max_item"))
      throw option_error(where_ + "max_item = " + std::to_string(*set) + why);
    if (node_.options.max_item) throw graph_error(where_ + call("max_item", *node_.options.max_item) + why);
  }

  void check_retries() const {
    for (const given_retry& each : node_.options.retries) {
      const std::string said = call("retry", each.attempts);
      if (each.attempts < 0 || each.attempts > most_retries) {
        throw graph_error(where_ + said + ": expected a whole number of attempts from 0 to " +
                          std::to_string(most_retries));
      }
      if (each.backoff.count() < 0) {
        throw graph_error(where_ + said + ": expected a backoff of 0 or more, not " +
                          std::to_string(each.backoff.count()) + " ns");
      }
    }
  }

  const graph_node& node_;
  const chain_spec* operators_;
  const settings& overrides_;
  std::string where_;
};

}  // namespace

void check_options(const graph_data& graph, const resolved_graph& resolved, const settings& overrides) {
  for (std::size_t i = 0; i < resolved.nodes.size(); ++i)
    node_check{graph.name, resolved.nodes[i], resolved.chains[i].get(), overrides}.run();
}

}  // namespace penstock
