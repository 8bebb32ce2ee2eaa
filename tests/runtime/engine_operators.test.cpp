#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

TEST_CASE("fused operators refine a source's output in order", "[engine][operators]") {
  ps::graph g{"fused"};
  collected<int> seen;
  g.source("numbers", numbers(10))
      .map([](int n) { return n + 1; })
      .filter([](int n) { return n % 2 == 0; })
      .map([](int n) { return n * 10; })
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{20, 40, 60, 80, 100});
}

TEST_CASE("a fused chain adds no stage to the graph", "[engine][operators]") {
  ps::graph g{"no hop"};
  g.source("numbers", numbers(3)).map([](int n) { return n; }).sink("end", [](int) {});
  CHECK(run_to_end(g).stages.size() == 2);
}

TEST_CASE("fused operators refine a stage's output", "[engine][operators]") {
  ps::graph g{"behind a stage"};
  collected<std::string> seen;
  g.source("numbers", numbers(4))
      .stage("square", [](int n) { return n * n; })
      .filter([](int n) { return n > 0; })
      .map([](int n) { return std::to_string(n); })
      .sink("collect", [&](const std::string& s) { seen.push(s); });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::string>{"1", "4", "9"});
}

TEST_CASE("flat_map gives one item for each element of the range it returns", "[engine][operators]") {
  ps::graph g{"flat_map"};
  collected<int> seen;
  g.source("numbers", numbers(4))
      .flat_map([](int n) { return std::vector<int>(static_cast<std::size_t>(n), n); })
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{1, 2, 2, 3, 3, 3});
}

TEST_CASE("flatten takes ranges apart, empty ones included", "[engine][operators]") {
  ps::graph g{"flatten"};
  collected<int> seen;
  g.source("lists", std::vector<std::vector<int>>{{1, 2}, {}, {3}}).flatten().sink("collect", [&](int n) {
    seen.push(n);
  });
  run_to_end(g);
  CHECK(seen.values() == std::vector{1, 2, 3});
}

TEST_CASE("tap sees every item and changes none", "[engine][operators]") {
  ps::graph g{"tap"};
  collected<int> tapped;
  collected<int> seen;
  g.source("numbers", numbers(5)).tap([&](const int& n) { tapped.push(n); }).sink("collect", [&](int n) {
    seen.push(n);
  });
  run_to_end(g);
  CHECK(tapped.values() == numbers(5));
  CHECK(seen.values() == numbers(5));
}

TEST_CASE("fused operators carry move-only items", "[engine][operators]") {
  ps::graph g{"move-only"};
  collected<int> seen;
  g.source("numbers", numbers(3))
      .map([](int n) { return std::make_unique<int>(n); })
      .filter([](const std::unique_ptr<int>& box) { return *box != 1; })
      .map([](std::unique_ptr<int> box) { return *box; })
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{0, 2});
}

TEST_CASE("fused operators keep the order of an ordered pool", "[engine][operators]") {
  ps::graph g{"ordered"};
  collected<int> seen;
  g.source("numbers", numbers(500))
      .stage(
          "pass", [](int n) { return n; }, ps::workers(3), ps::ordered)
      .flat_map([](int n) {
        return n % 3 == 0 ? std::vector<int>{} : std::vector<int>{n, n};
      })
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  std::vector<int> expected;
  for (const int n : numbers(500))
    if (n % 3 != 0) expected.insert(expected.end(), 2, n);
  CHECK(seen.values() == expected);
}

TEST_CASE("a chain that drops everything ends like any other", "[engine][operators]") {
  ps::graph g{"nothing left"};
  headcount seen;
  g.source("numbers", numbers(20000)).filter([](int) { return false; }).sink("none", [&](int) {
    seen.arrive();
  });
  run_to_end(g);
  CHECK(seen.count() == 0);
}

TEST_CASE("an exception of a fused operator fails the run and is rethrown", "[engine][operators]") {
  ps::graph g{"throws"};
  g.source("numbers", numbers(10))
      .map([](int n) {
        if (n == 4) throw broken_item{"four"};
        return n;
      })
      .sink("end", [](int) {});
  CHECK_THROWS_AS(run_to_end(g), broken_item);
}

TEST_CASE("a fused operator with a policy of its own skips what it throws on", "[engine][operators]") {
  ps::graph g{"skips"};
  collected<int> seen;
  g.source("numbers", numbers(6))
      .map(
          "halve",
          [](int n) {
            if (n % 2 != 0) throw broken_item{"odd"};
            return n / 2;
          },
          ps::on_error(ps::skip()))
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{0, 1, 2});
}

TEST_CASE("a failure of a named fused operator is reported under that name", "[engine][operators]") {
  ps::graph g{"named"};
  g.source("numbers", numbers(3))
      .stage("work", [](int n) { return n; })
      .map("halve", [](int) -> int { throw broken_item{"no"}; })
      .sink("end", [](int) {});
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  CHECK_THROWS_AS(r.wait(), broken_item);
  CHECK(mentions(r.snapshot().failure, "halve"));
}

TEST_CASE("a fused operator takes a policy without a name as well", "[engine][operators]") {
  ps::graph g{"unnamed"};
  collected<int> seen;
  const auto odd_fails = [](int n) { return n % 2 == 0 ? n : throw broken_item{"odd"}; };
  g.source("numbers", numbers(6))
      .map(odd_fails, ps::on_error(ps::skip()))
      .filter([&](const int& n) { return odd_fails(n + 1) > 0; }, ps::on_error(ps::skip()))
      .flat_map([](int n) { return std::vector<int>(2, n); })
      .tap([](const int& n) { throw broken_item{std::to_string(n)}; }, ps::on_error(ps::skip()))
      .sink("collect", [&](int n) { seen.push(n); });
  const auto all = run_to_end(g);
  CHECK(seen.values().empty());
  CHECK(stage_of(all, "numbers").skipped == 6);
}
