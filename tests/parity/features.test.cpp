// What users of the systems before us have to describe a pipeline, feature by feature. Titles begin with the
// feature as it is listed.

#include <variant>

#include <penstock_test/catch.hpp>

#include "../runtime/engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

struct end_of_page {
  int page;
};
using item_or_marker = std::variant<int, end_of_page>;

}  // namespace

TEST_CASE("linear pipelines of steps with a number of threads each", "[parity]") {
  ps::graph g{"linear"};
  headcount inside;
  collected<int> seen;
  g.source("numbers", numbers(12))
      .stage(
          "three threads",
          [&](int n) {
            inside.arrive();
            if (n < 3) require_arrivals(inside, 3);
            return n + 1;
          },
          ps::workers(3), ps::blocking)
      .stage("one thread", [](int n) { return n * 2; })
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == std::vector{2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24});
}

TEST_CASE("a bad definition is refused when it is built", "[parity]") {
  CHECK_THROWS_AS(
      [] {
        ps::graph g{"bad"};
        g.source("numbers", numbers(1))
            .sink(
                "end", [](int) {}, ps::workers(0));
        ps::runtime rt{ps::runtime_options{}};
        const ps::run r = rt.start(g);
      }(),
      ps::error);
}

TEST_CASE("one-to-one steps that may drop an item; many-to-many steps; plain functions as steps",
          "[parity]") {
  struct pairwise {
    std::optional<int> last;
    std::vector<int> operator()(int n) {
      if (!last) return last = n, std::vector<int>{};
      return {*std::exchange(last, std::nullopt) + n, -1};
    }
  };
  ps::graph g{"steps"};
  collected<std::string> seen;
  g.source("numbers", numbers(9))
      .stage("drop", [](int n) { return n == 4 ? std::nullopt : std::optional{n}; })
      .stage("many to many", pairwise{})
      .map(static_cast<std::string (*)(int)>(&std::to_string))
      .sink("collect", [&](const std::string& s) { seen.push(s); });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::string>{"1", "-1", "5", "-1", "11", "-1", "15", "-1"});
}

TEST_CASE("backpressure by a threshold, per step and not pipeline-wide", "[parity]") {
  ps::graph g{"threshold"};
  g.source("numbers", numbers(10000))
      .stage(
          "sixty-four", [](int n) { return n; }, ps::capacity(64))
      .stage(
          "three", [](int n) { return n; }, ps::capacity(3))
      .sink("end", [](int) {});
  const auto all = run_to_end(g);
  CHECK(stage_of(all, "sixty-four").peak_custody <= 64);
  CHECK(stage_of(all, "three").peak_custody <= 3);
  CHECK(stage_of(all, "end").in == 10000);
}

TEST_CASE("in-band markers travel in order with the data and pass untouched by stages that ignore them",
          "[parity]") {
  std::vector<item_or_marker> stream;
  for (int page = 0; page < 20; ++page) {
    for (int i = 0; i < page; ++i) stream.emplace_back(i);
    stream.emplace_back(end_of_page{page});
  }
  ps::graph g{"markers"};
  int items_on_page = 0;
  collected<std::pair<int, int>> pages;
  g.source("stream", stream)
      .stage(
          "ignores markers",
          [](item_or_marker each) {
            if (auto* n = std::get_if<int>(&each)) *n += 100;
            return each;
          },
          ps::workers(3), ps::per_core, ps::ordered)
      .sink("count", [&](const item_or_marker& each) {
        if (const auto* marker = std::get_if<end_of_page>(&each))
          pages.push({marker->page, std::exchange(items_on_page, 0)});
        else
          items_on_page += std::get<int>(each) >= 100 ? 1 : 1000;
      });
  run_to_end(g);
  std::vector<std::pair<int, int>> expected;
  for (int page = 0; page < 20; ++page) expected.emplace_back(page, page);
  CHECK(pages.values() == expected);
}

TEST_CASE("step-local storage: per worker, and shared by the workers of a step", "[parity]") {
  struct storing {
    std::shared_ptr<headcount> shared;
    int own = 0;
    std::vector<int> operator()(int) {
      shared->arrive();
      ++own;
      return {};
    }
    std::vector<int> on_end() { return {own}; }
  };
  auto shared = std::make_shared<headcount>();
  ps::graph g{"storage"};
  collected<int> own_counts;
  g.source("numbers", numbers(1000))
      .stage("store", storing{shared}, ps::workers(4), ps::blocking)
      .sink("collect", [&](int n) { own_counts.push(n); });
  run_to_end(g);
  const auto counts = own_counts.values();
  REQUIRE(counts.size() == 4);
  CHECK(counts[0] + counts[1] + counts[2] + counts[3] == 1000);
  CHECK(shared->count() == 1000);
}

TEST_CASE("nested lists of steps: a part of a pipeline is a function from stream to stream", "[parity]") {
  const auto inner = [](ps::stream<int> s) { return s.stage("inner", [](int n) { return n + 1; }); };
  const auto outer = [inner](ps::stream<int> s) {
    return inner(s).stage("outer", [](int n) { return n * 10; });
  };
  ps::graph g{"nested"};
  collected<int> seen;
  outer(g.source("numbers", numbers(3))).sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{10, 20, 30});
}

TEST_CASE("flatten, and flatten again for nested lists; strings stay whole", "[parity]") {
  using words = std::vector<std::string>;
  ps::graph g{"flatten"};
  collected<std::string> seen;
  g.source("pages", std::vector<std::vector<words>>{{{"one", "two"}, {}}, {}, {{"three"}}})
      .flatten()
      .flatten()
      .sink("collect", [&](const std::string& word) { seen.push(word); });
  run_to_end(g);
  CHECK(seen.values() == words{"one", "two", "three"});
}

TEST_CASE("chunk: the last may be short, and less than one item is refused", "[parity]") {
  ps::graph g{"chunk"};
  collected<std::vector<int>> seen;
  g.source("numbers", numbers(7)).chunk(3).sink("collect", [&](const std::vector<int>& chunk) {
    seen.push(chunk);
  });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::vector<int>>{{0, 1, 2}, {3, 4, 5}, {6}});

  ps::graph none{"none"};
  none.source("numbers", numbers(7)).chunk(0).sink("collect", [](const std::vector<int>&) {});
  CHECK(mentions(text_of<ps::option_error>([&] { run_to_end(none); }), "chunk(0)"));
}
