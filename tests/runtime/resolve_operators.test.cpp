#include <penstock/runtime/run_plan.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

int plus_one(int n) { return n + 1; }
bool even(int n) { return n % 2 == 0; }
void nothing(const int&) {}

auto numbers(ps::graph& g) { return g.source("numbers", std::vector<int>{1, 2, 3}); }

std::size_t index_of(const ps::resolved_graph& resolved, const std::string& name) {
  for (std::size_t i = 0; i < resolved.nodes.size(); ++i) {
    if (resolved.nodes[i].name == name) return i;
  }
  throw std::out_of_range{"no node " + name};
}

std::string input_of(const ps::resolved_graph& resolved, const std::string& name) {
  return resolved.nodes[resolved.nodes[index_of(resolved, name)].inputs.at(0).node].name;
}

}  // namespace

TEST_CASE("operators run with what makes the items when all consumers want the same") {
  ps::graph g{"g"};
  const auto refined = numbers(g).map("plus", &plus_one).filter("even", &even);
  refined.sink("one", &nothing);
  refined.sink("two", &nothing);
  const auto resolved = ps::resolve_operators(g.data());
  CHECK(resolved.nodes.size() == 3);
  const auto& chain = resolved.chains[index_of(resolved, "numbers")];
  REQUIRE(chain);
  REQUIRE(chain->operators.size() == 2);
  CHECK(chain->operators[0].name == "plus");
  CHECK(chain->operators[1].name == "even");
}

TEST_CASE("consumers that want different things of one output get a stage of operators each") {
  ps::graph g{"g"};
  const auto all = numbers(g);
  all.map("plus", &plus_one).sink("one", &nothing);
  all.filter("even", &even).sink("two", &nothing);
  all.sink("three", &nothing);
  const auto resolved = ps::resolve_operators(g.data());
  CHECK(resolved.nodes.size() == 6);
  CHECK_FALSE(resolved.chains[index_of(resolved, "numbers")]);
  CHECK(input_of(resolved, "one") == "numbers.plus");
  CHECK(input_of(resolved, "two") == "numbers.even");
  CHECK(input_of(resolved, "three") == "numbers");
  CHECK(input_of(resolved, "numbers.plus") == "numbers");
  CHECK(resolved.nodes[index_of(resolved, "numbers.plus")].kind == ps::node_kind::chain);
}

TEST_CASE("two consumers of the same operators share their stage") {
  ps::graph g{"g"};
  const auto all = numbers(g);
  const auto refined = all.map("plus", &plus_one);
  refined.sink("one", &nothing);
  refined.sink("two", &nothing);
  all.sink("three", &nothing);
  const auto resolved = ps::resolve_operators(g.data());
  CHECK(resolved.nodes.size() == 5);
  CHECK(input_of(resolved, "one") == "numbers.plus");
  CHECK(input_of(resolved, "two") == "numbers.plus");
}

TEST_CASE("operators of the same name on one output are told apart") {
  ps::graph g{"g"};
  const auto all = numbers(g);
  all.map(&plus_one).sink("one", &nothing);
  all.map([](int n) { return 2 * n; }).sink("two", &nothing);
  all.map([](int n) { return 3 * n; }).sink("three", &nothing);
  const auto resolved = ps::resolve_operators(g.data());
  std::set<std::string> names;
  for (const auto& node : resolved.nodes) names.insert(node.name);
  CHECK(names.size() == resolved.nodes.size());
  CHECK(names.count("numbers.map") == 1);
  CHECK(names.count("numbers.map#2") == 1);
  CHECK_NOTHROW(ps::make_plan(g.data(), {}));
}

TEST_CASE("no input keeps operators once they are resolved") {
  ps::graph g{"g"};
  const auto all = numbers(g);
  all.map("plus", &plus_one).sink("one", &nothing);
  all.filter("even", &even).sink("two", &nothing);
  for (const auto& node : ps::resolve_operators(g.data()).nodes) {
    for (const auto& input : node.inputs) CHECK_FALSE(input.operators);
  }
}

TEST_CASE("operators of items that can only be moved lend nothing to others") {
  ps::graph g{"g"};
  const auto boxes = numbers(g).stage("box", [](int n) { return std::make_unique<int>(n); });
  boxes.map("open", [](std::unique_ptr<int> box) { return *box; }).sink("one", &nothing);
  boxes.map("open again", [](std::unique_ptr<int> box) { return *box; }).sink("two", &nothing);
  const auto resolved = ps::resolve_operators(g.data());
  CHECK_FALSE(resolved.nodes[index_of(resolved, "box.open")].lends);
  CHECK_THROWS_AS(ps::make_plan(g.data(), {}), ps::graph_error);
}
