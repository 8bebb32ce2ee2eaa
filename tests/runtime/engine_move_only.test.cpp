// Items that can't be copied, where containers of them claim that they can.

#include <memory>
#include <optional>
#include <vector>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

using box = std::unique_ptr<int>;
using boxes = std::vector<box>;

boxes three_of(int n) {
  boxes made;
  for (int i = 0; i < 3; ++i) made.push_back(std::make_unique<int>(n * 10 + i));
  return made;
}

int sum_of(const std::vector<ps::outcome<box>>& pieces) {
  int sum = 0;
  for (const auto& each : pieces) sum += **each;
  return sum;
}

}  // namespace

TEST_CASE("a graph whose source can't be copied runs once, and says so the second time",
          "[engine][move-only]") {
  ps::graph g{"twice"};
  headcount seen;
  g.source("boxes", three_of(1)).sink("collect", [&](const box&) { seen.arrive(); });
  run_to_end(g);
  CHECK(mentions(text_of<ps::graph_error>([&] { run_to_end(g); }), "runs once"));
  CHECK(seen.count() == 3);
}

TEST_CASE("a vector of move-only items is a source of them", "[engine][move-only]") {
  ps::graph g{"vector"};
  collected<int> seen;
  g.source("boxes", three_of(1)).sink("collect", [&](box each) { seen.push(*each); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{10, 11, 12});
}

TEST_CASE("move-only pieces are scattered and gathered, by value or by reference", "[engine][move-only]") {
  ps::graph g{"pieces"};
  collected<int> seen;
  g.source("numbers", std::vector<int>{1, 2})
      .scatter("apart", &three_of)
      .gather("by value", [](std::vector<ps::outcome<box>> pieces) { return sum_of(pieces); })
      .scatter("apart again", &three_of)
      .gather("by reference", &sum_of)
      .sink("collect", [&](int sum) { seen.push(sum); });
  run_to_end(g);
  CHECK(seen.sorted() == std::vector{3 * 33 * 10 + 3, 3 * 63 * 10 + 3});
}

TEST_CASE("a container of move-only items is an item that is handed on", "[engine][move-only]") {
  ps::graph g{"containers"};
  collected<std::size_t> seen;
  g.source("shelves",
           [i = 0]() mutable -> std::optional<boxes> {
             if (i == 3) return std::nullopt;
             return three_of(i++);
           })
      .filter([](const boxes& all) { return *all.front() != 10; })
      .sink("collect", [&](boxes all) { seen.push(all.size()); });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::size_t>{3, 3});
}
