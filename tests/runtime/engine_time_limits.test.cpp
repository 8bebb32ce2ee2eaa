// Time limits that are a function of the item.

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

TEST_CASE("a limit that throws fails its item alone", "[engine][timeouts]") {
  ps::graph g{"cliff"};
  collected<int> seen;
  g.source("numbers", numbers(3))
      .stage(
          "walk", [](int n) { return n; }, ps::blocking,
          ps::timeout([](const int& n) { return n == 1 ? throw broken_item{"no limit"} : 10s; }),
          ps::on_error(ps::skip()))
      .sink("end", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{0, 2});
}

TEST_CASE("the longest limit that there is is no limit", "[engine][timeouts]") {
  const auto check = [](auto longest) {
    ps::graph g{"patient"};
    collected<int> seen;
    g.source("numbers", numbers(3))
        .sink(
            "end", [&](int n) { seen.push(n); }, ps::blocking,
            ps::timeout([=](const int&) { return longest; }));
    run_to_end(g);
    CHECK(seen.values() == numbers(3));
  };
  check(std::chrono::nanoseconds::max());
  check(std::chrono::hours::max());
}

TEST_CASE("the limit of a generator's item is asked for once, while the item is there",
          "[engine][timeouts]") {
  ps::graph g{"generated"};
  collected<std::string> seen;
  std::vector<std::string> words{"first, long enough to own memory", "second, long enough to own memory"};
  g.source("words", words)
      .stage(
          "repeat",
          [](std::string word) -> ps::generator<std::string> {
            for (int i = 0; i < 40; ++i) co_yield word;
          },
          ps::blocking, ps::timeout([](const std::string& word) {
            return word.empty() ? throw broken_item{"taken away"} : 10s;
          }))
      .sink(
          "end", [&](std::string word) { seen.push(std::move(word)); }, ps::capacity(4));
  run_to_end(g);
  const auto all = seen.values();
  CHECK(all.size() == 80);
  CHECK(std::count(all.begin(), all.end(), words[0]) == 40);
}
