#include <map>
#include <set>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

TEST_CASE("a handle used twice broadcasts: each consumer gets every item in order", "[engine][routing]") {
  ps::graph g{"broadcast"};
  collected<int> left;
  collected<int> right;
  auto s = g.source("numbers", numbers(1000)).stage("pass", [](int n) { return n; });
  s.sink("left", [&](const int& n) { left.push(n); });
  s.stage("negate", [](const int& n) { return -n; }).sink("right", [&](int n) { right.push(-n); });
  run_to_end(g);
  CHECK(left.values() == numbers(1000));
  CHECK(right.values() == numbers(1000));
}

TEST_CASE("a consumer of a broadcast that takes items by value does not spoil them for the other",
          "[engine][routing]") {
  ps::graph g{"shared"};
  collected<std::string> plain;
  collected<std::string> marked;
  auto s = g.source("words", std::vector<std::string>{"a", "b", "c"});
  s.stage("mark", [](std::string word) { return word += "!"; }).sink("marked", [&](const std::string& word) {
    marked.push(word);
  });
  s.sink("plain", [&](std::string word) { plain.push(std::move(word)); });
  run_to_end(g);
  CHECK(plain.values() == std::vector<std::string>{"a", "b", "c"});
  CHECK(marked.values() == std::vector<std::string>{"a!", "b!", "c!"});
}

TEST_CASE("a slow consumer of a broadcast holds the source back, and nothing is lost", "[engine][routing]") {
  ps::graph g{"uneven"};
  headcount fast;
  collected<int> slow;
  auto s = g.source("numbers", numbers(200));
  s.sink(
      "fast", [&](int) { fast.arrive(); }, ps::capacity(8));
  s.sink(
      "slow",
      [&](int n) {
        require_arrivals(fast, static_cast<std::size_t>(n) + 1);
        slow.push(n);
      },
      ps::capacity(2), ps::blocking);
  run_to_end(g);
  CHECK(fast.count() == 200);
  CHECK(slow.values() == numbers(200));
}

TEST_CASE("merge carries every item of every input, each input's in order", "[engine][routing]") {
  ps::graph g{"merge"};
  collected<int> seen;
  auto a = g.source("a", numbers(300));
  auto b = g.source("b", numbers(200)).map([](int n) { return n + 1000; });
  auto c = g.source("c", std::vector<int>{});
  ps::merge(a, b, c).sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  auto values = seen.values();
  REQUIRE(values.size() == 500);
  std::stable_partition(values.begin(), values.end(), [](int n) { return n < 1000; });
  CHECK(std::is_sorted(values.begin(), values.end()));
}

TEST_CASE("a merged stream feeds a stage and fused operators like any other", "[engine][routing]") {
  ps::graph g{"merge on"};
  collected<int> seen;
  auto a = g.source("a", std::vector{1, 2});
  auto b = g.source("b", std::vector{3});
  ps::merge(a, b)
      .map([](int n) { return n * 10; })
      .stage("pass", [](int n) { return n; })
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == std::vector{10, 20, 30});
}

TEST_CASE("a stream and what was made of it may meet again", "[engine][routing]") {
  ps::graph g{"diamond"};
  headcount seen;
  auto s = g.source("numbers", numbers(5000));
  auto doubled = s.stage(
      "double", [](const int& n) { return 2 * n; }, ps::capacity(3));
  ps::merge(s, doubled)
      .sink(
          "collect", [&](int) { seen.arrive(); }, ps::capacity(2));
  run_to_end(g);
  CHECK(seen.count() == 10000);
}

TEST_CASE("by_key gives all items of a key to one worker, in order", "[engine][routing]") {
  struct sighting {
    int key;
    int number;
    unsigned worker;
  };
  ps::graph g{"by key"};
  collected<sighting> seen;
  g.source("numbers", numbers(4000))
      .by_key([](const int& n) { return n % 17; })
      .stage(
          "look",
          [](ps::worker_context& context, int n) {
            return sighting{n % 17, n, context.worker()};
          },
          ps::workers(4))
      .sink("collect", [&](const sighting& s) { seen.push(s); });
  run_to_end(g);

  std::map<int, std::set<unsigned>> workers;
  std::map<int, std::vector<int>> items;
  std::set<unsigned> all;
  for (const auto& s : seen.values()) {
    workers[s.key].insert(s.worker);
    items[s.key].push_back(s.number);
    all.insert(s.worker);
  }
  REQUIRE(workers.size() == 17);
  for (const auto& [key, of_key] : workers) CHECK(of_key.size() == 1);
  for (const auto& [key, of_key] : items) CHECK(std::is_sorted(of_key.begin(), of_key.end()));
  CHECK(seen.size() == 4000);
  CHECK(all.size() > 1);
}

TEST_CASE("by_key takes keys that are strings", "[engine][routing]") {
  struct tally {
    std::map<std::string, int> counts;
    std::pair<std::string, int> operator()(const std::string& word) { return {word, ++counts[word]}; }
  };
  ps::graph g{"words"};
  std::vector<std::string> words;
  for (int i = 0; i < 300; ++i) words.push_back(std::string(1, static_cast<char>('a' + i % 3)));
  collected<std::pair<std::string, int>> seen;
  g.source("words", words)
      .by_key([](const std::string& word) { return word; })
      .stage("count", tally{}, ps::workers(3))
      .sink("collect", [&](const std::pair<std::string, int>& count) { seen.push(count); });
  run_to_end(g);
  std::map<std::string, int> last;
  for (const auto& [word, count] : seen.values()) last[word] = std::max(last[word], count);
  CHECK(last == std::map<std::string, int>{{"a", 100}, {"b", 100}, {"c", 100}});
}
