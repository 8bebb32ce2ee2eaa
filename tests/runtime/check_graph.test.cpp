#include <string>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/run_plan.hpp>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

/// A graph of nodes without types: each has a kind, a name and the indices of its inputs.
struct sketch {
  ps::graph_data data{"sketch", {}};

  sketch& node(ps::node_kind kind, const std::string& name, const std::vector<std::size_t>& inputs = {},
               bool lends = true) {
    ps::graph_node made;
    made.kind = kind;
    made.name = name;
    made.lends = lends;
    made.input_type = "box";
    for (const std::size_t each : inputs) made.inputs.push_back({each, nullptr});
    data.nodes.push_back(std::move(made));
    return *this;
  }

  /// What is wrong with it, empty if nothing.
  std::string problem() const {
    try {
      ps::check_graph(data, ps::resolve_operators(data));
    } catch (const ps::graph_error& error) {
      return error.what();
    }
    return {};
  }
};

bool mentions(const std::string& text, const std::vector<std::string>& parts) {
  for (const auto& part : parts) {
    if (text.find(part) == std::string::npos) {
      UNSCOPED_INFO("'" << text << "' does not mention '" << part << "'");
      return false;
    }
  }
  return true;
}

using kind = ps::node_kind;

}  // namespace

TEST_CASE("a chain from source to sink is a graph") {
  CHECK(sketch{}
            .node(kind::source, "a")
            .node(kind::stage, "b", {0})
            .node(kind::sink, "c", {1})
            .problem()
            .empty());
}

TEST_CASE("a graph needs a source") { CHECK(mentions(sketch{}.problem(), {"sketch", "source"})); }

TEST_CASE("a node needs a name") {
  CHECK(mentions(sketch{}.node(kind::source, "a").node(kind::sink, "", {0}).problem(),
                 {"sketch", "sink", "empty name"}));
}

TEST_CASE("an operator needs a name") {
  auto chain = std::make_shared<ps::chain_spec>();
  chain->operators.push_back({"", {}});
  auto drawn = sketch{}.node(kind::source, "a").node(kind::sink, "b", {0});
  drawn.data.nodes[1].inputs[0].operators = chain;
  CHECK(mentions(drawn.problem(), {"sketch", "source 'a'", "operator", "empty name"}));
}

TEST_CASE("names must differ, whatever the kinds") {
  CHECK(mentions(sketch{}.node(kind::source, "a").node(kind::sink, "a", {0}).problem(),
                 {"sketch", "'a'", "differ"}));
}

TEST_CASE("an output that nobody takes is named with its kind") {
  const auto open =
      sketch{}.node(kind::source, "a").node(kind::sink, "b", {0}).node(kind::stage, "c", {0}).problem();
  CHECK(mentions(open, {"sketch", "stage 'c'", "sink"}));
}

TEST_CASE("a consumer that takes items away can't share them with another one") {
  const auto shared = sketch{}
                          .node(kind::source, "a")
                          .node(kind::sink, "reads", {0})
                          .node(kind::sink, "takes", {0}, false)
                          .problem();
  CHECK(mentions(shared, {"sketch", "'takes'", "box", "'a'", "const reference"}));
  CHECK(sketch{}.node(kind::source, "a").node(kind::sink, "takes", {0}, false).problem().empty());
}

TEST_CASE("merging a stream with itself shares its items too") {
  CHECK_FALSE(sketch{}.node(kind::source, "a").node(kind::sink, "takes", {0, 0}, false).problem().empty());
}
