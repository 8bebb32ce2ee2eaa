#include <list>
#include <memory>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// Runs `g` and returns what its stream `s` carried.
template <class T>
std::vector<T> items_of(ps::graph& g, ps::stream<T> s) {
  collected<T> seen;
  s.sink("collect", [&](const T& item) { seen.push(item); });
  run_to_end(g);
  return seen.values();
}

ps::generator<int> count_down(int from) {
  while (from > 0) co_yield from--;
}

ps::generator<int> three_times(const int& n) {
  for (int i = 0; i < 3; ++i) co_yield n * 10 + i;
}

int doubled(const int& n) { return 2 * n; }

struct countdown_source {
  int left = 3;
  std::optional<int> operator()() {
    if (left == 0) return std::nullopt;
    return left--;
  }
};

}  // namespace

TEST_CASE("a source that returns an optional ends with nullopt", "[engine][body]") {
  ps::graph g{"optional"};
  auto s = g.source("numbers", [i = 0]() mutable { return i < 4 ? std::optional{i++} : std::nullopt; });
  CHECK(items_of(g, s) == std::vector{0, 1, 2, 3});
}

TEST_CASE("a source may ask its context, which names it", "[engine][body]") {
  ps::graph g{"context"};
  auto s =
      g.source("numbers", [done = false](ps::source_context& context) mutable -> std::optional<std::string> {
        if (std::exchange(done, true)) return std::nullopt;
        return context.source_name();
      });
  CHECK(items_of(g, s) == std::vector<std::string>{"numbers"});
}

TEST_CASE("a source may be a callable that makes a generator", "[engine][body]") {
  ps::graph g{"generator"};
  auto s = g.source("numbers", [] { return count_down(4); });
  CHECK(items_of(g, s) == std::vector{4, 3, 2, 1});
}

TEST_CASE("a source may be a range", "[engine][body]") {
  ps::graph g{"range"};
  auto s = g.source("words", std::vector<std::string>{"one", "two"});
  CHECK(items_of(g, s) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a source may be a range that is no vector", "[engine][body]") {
  ps::graph g{"list"};
  auto s = g.source("numbers", std::list<int>{3, 1, 2});
  CHECK(items_of(g, s) == std::vector{3, 1, 2});
}

TEST_CASE("an empty range is a source that ends at once", "[engine][body]") {
  ps::graph g{"empty"};
  auto s = g.source("numbers", std::vector<int>{});
  CHECK(items_of(g, s).empty());
}

TEST_CASE("a source may be a class", "[engine][body]") {
  ps::graph g{"class"};
  auto s = g.source("numbers", countdown_source{});
  CHECK(items_of(g, s) == std::vector{3, 2, 1});
}

TEST_CASE("a graph is a value: it runs twice from the beginning", "[engine][body]") {
  ps::graph g{"twice"};
  collected<int> seen;
  g.source("numbers", countdown_source{}).sink("collect", [&](const int& n) { seen.push(n); });
  run_to_end(g);
  run_to_end(g);
  CHECK(seen.values() == std::vector{3, 2, 1, 3, 2, 1});
}

TEST_CASE("a stage body may take its item by const reference", "[engine][body]") {
  ps::graph g{"const"};
  auto s = g.source("numbers", numbers(3)).stage("double", [](const int& n) { return 2 * n; });
  CHECK(items_of(g, s) == std::vector{0, 2, 4});
}

TEST_CASE("a stage body may be a plain function", "[engine][body]") {
  ps::graph g{"function"};
  auto s = g.source("numbers", numbers(3)).stage("double", &doubled);
  CHECK(items_of(g, s) == std::vector{0, 2, 4});
}

TEST_CASE("a stage body may take its item by value and change its type", "[engine][body]") {
  ps::graph g{"value"};
  auto s = g.source("numbers", numbers(2)).stage("print", [](int n) { return std::to_string(n); });
  CHECK(items_of(g, s) == std::vector<std::string>{"0", "1"});
}

TEST_CASE("a stage body that returns nullopt drops the item, and the snapshot counts it", "[engine][body]") {
  ps::graph g{"drop"};
  collected<int> seen;
  g.source("numbers", numbers(10))
      .stage("even", [](int n) { return n % 2 == 0 ? std::optional{n} : std::nullopt; })
      .sink("collect", [&](int n) { seen.push(n); });
  const auto even = stage_of(run_to_end(g), "even");
  CHECK(seen.values() == std::vector{0, 2, 4, 6, 8});
  CHECK(even.in == 10);
  CHECK(even.out == 5);
  CHECK(even.dropped == 5);
}

TEST_CASE("a stage body that returns a range gives one item for each element", "[engine][body]") {
  ps::graph g{"range body"};
  auto s = g.source("numbers", numbers(4)).stage("repeat", [](int n) {
    return std::vector<int>(static_cast<std::size_t>(n), n);
  });
  CHECK(items_of(g, s) == std::vector{1, 2, 2, 3, 3, 3});
}

TEST_CASE("a string is an item, not a range of characters", "[engine][body]") {
  ps::graph g{"string"};
  auto s = g.source("numbers", numbers(1)).stage("name", [](int) { return std::string{"whole"}; });
  static_assert(std::is_same_v<decltype(s), ps::stream<std::string>>);
  CHECK(items_of(g, s) == std::vector<std::string>{"whole"});
}

TEST_CASE("a stage body may be a generator", "[engine][body]") {
  ps::graph g{"generator body"};
  auto s = g.source("numbers", std::vector{1, 2}).stage("three", &three_times);
  CHECK(items_of(g, s) == std::vector{10, 11, 12, 20, 21, 22});
}

TEST_CASE("a generator body runs no further than credit allows", "[engine][body]") {
  ps::graph g{"lazy"};
  headcount made;
  std::size_t made_when_seen = 0;
  g.source("one", std::vector{1000})
      .stage("many",
             [&](int n) -> ps::generator<int> {
               for (int i = 0; i < n; ++i) {
                 made.arrive();
                 co_yield i;
               }
             })
      .sink(
          "first",
          [&](ps::worker_context& context, int) {
            made_when_seen = made.count();
            context.stop();
          },
          ps::capacity(4));
  run_to_end(g);
  CHECK(made_when_seen >= 1);
  CHECK(made.count() < 1000);
}

TEST_CASE("a body may take a worker_context first, which knows stage, worker and attempt", "[engine][body]") {
  ps::graph g{"context"};
  auto s = g.source("one", std::vector{7}).stage("tell", [](ps::worker_context& context, int n) {
    return context.stage_name() + " " + std::to_string(context.worker()) + " " +
           std::to_string(context.attempt()) + " " + std::to_string(n) +
           (context.stop_requested() ? " stopped" : "");
  });
  CHECK(items_of(g, s) == std::vector<std::string>{"tell 0 1 7"});
}

TEST_CASE("a class body keeps its members from item to item", "[engine][body]") {
  struct running_sum {
    int sum = 0;
    int operator()(int n) { return sum += n; }
  };
  ps::graph g{"members"};
  auto s = g.source("numbers", numbers(5)).stage("sum", running_sum{});
  CHECK(items_of(g, s) == std::vector{0, 1, 3, 6, 10});
}

TEST_CASE("each worker has its own copy of a class body", "[engine][body]") {
  struct counting {
    headcount* heads;
    int calls = 0;
    int operator()(ps::worker_context& context, int) {
      heads->arrive();
      if (heads->count() <= 2) require_arrivals(*heads, 2);  // so that both workers have an item
      return ++calls * 10 + static_cast<int>(context.worker());
    }
  };
  ps::graph g{"copies"};
  headcount heads;
  auto s = g.source("numbers", numbers(2)).stage("count", counting{&heads}, ps::workers(2), ps::blocking);
  auto seen = items_of(g, s);
  std::sort(seen.begin(), seen.end());
  CHECK(seen == std::vector{10, 11});
}

TEST_CASE("each_worker makes one instance per worker, which need not be copyable", "[engine][body]") {
  struct owner {
    std::unique_ptr<int> held;
    int operator()(int n) { return n + *held; }
  };
  ps::graph g{"each"};
  headcount made;
  const auto make = [&] {
    made.arrive();
    return owner{std::make_unique<int>(100)};
  };
  auto s = g.source("numbers", numbers(50)).stage("add", ps::each_worker(make), ps::workers(3), ps::ordered);
  const auto seen = items_of(g, s);
  CHECK(made.count() == 3);
  REQUIRE(seen.size() == 50);
  CHECK(seen.front() == 100);
  CHECK(seen.back() == 149);
}

TEST_CASE("move-only items pass from source to sink without a copy", "[engine][body]") {
  ps::graph g{"move-only"};
  collected<int> seen;
  g.source("boxes",
           [i = 0]() mutable -> std::optional<std::unique_ptr<int>> {
             if (i == 5) return std::nullopt;
             return std::make_unique<int>(i++);
           })
      .stage("by value",
             [](std::unique_ptr<int> box) {
               *box += 1;
               return box;
             })
      .stage("by reference", [](const std::unique_ptr<int>& box) { return std::make_unique<int>(*box * 10); })
      .sink("collect", [&](std::unique_ptr<int> box) { seen.push(*box); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{10, 20, 30, 40, 50});
}

TEST_CASE("an item that a body takes by value is moved to it, not copied, when nobody else holds it",
          "[engine][body]") {
  struct counted {
    std::shared_ptr<headcount> copies;
    explicit counted(std::shared_ptr<headcount> c) : copies{std::move(c)} {}
    counted(const counted& other) : copies{other.copies} { copies->arrive(); }
    counted(counted&&) = default;
    counted& operator=(const counted&) = default;
    counted& operator=(counted&&) = default;
    ~counted() = default;
  };
  auto copies = std::make_shared<headcount>();
  ps::graph g{"moved"};
  g.source("one",
           [copies, i = 0]() mutable -> std::optional<counted> {
             if (i++ == 20) return std::nullopt;
             return counted{copies};
           })
      .stage("pass", [](counted item) { return item; })
      .sink("take", [](counted) {});
  run_to_end(g);
  CHECK(copies->count() == 0);
}

TEST_CASE("a sink may take its item by value, by reference and with a context", "[engine][body]") {
  ps::graph g{"sinks"};
  collected<std::string> seen;
  auto s = g.source("one", std::vector{1});
  s.sink("value", [&](int) { seen.push("value"); });
  s.sink("reference", [&](const int&) { seen.push("reference"); });
  s.sink("context", [&](ps::worker_context& context, int) { seen.push(context.stage_name()); });
  run_to_end(g);
  CHECK(seen.sorted() == std::vector<std::string>{"context", "reference", "value"});
}
