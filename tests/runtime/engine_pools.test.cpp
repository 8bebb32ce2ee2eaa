#include <atomic>
#include <cstdint>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// Different work for each item, so that neighbours finish in a different order.
int uneven_work(int n) {
  std::uint32_t state = static_cast<std::uint32_t>(n) * 2654435761U + 1;
  for (std::uint32_t i = state % 3000; i > 0; --i) state = state * 1664525U + 1013904223U;
  return state == 42 ? -n : n;
}

template <class Pool>
void check_order(Pool pool) {
  ps::graph g{"ordered"};
  collected<int> seen;
  g.source("numbers", numbers(5000))
      .stage("work", &uneven_work, ps::workers(3), pool, ps::ordered)
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  std::vector<int> expected;
  for (const int n : numbers(5000)) expected.push_back(uneven_work(n));
  CHECK(seen.values() == expected);
}

template <class Pool>
void check_everything_arrives(Pool pool) {
  ps::graph g{"unordered"};
  collected<int> seen;
  g.source("numbers", numbers(5000))
      .stage("work", &uneven_work, ps::workers(3), pool, ps::unordered)
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  std::vector<int> expected;
  for (const int n : numbers(5000)) expected.push_back(uneven_work(n));
  std::sort(expected.begin(), expected.end());
  CHECK(seen.sorted() == expected);
}

/// The first item is not done before all others are through: a slow item blocks nobody but its worker.
template <class Pool>
std::vector<int> first_item_last(Pool pool) {
  ps::graph g{"slow first"};
  headcount through;
  collected<int> seen;
  g.source("numbers", numbers(100))
      .stage(
          "work",
          [&](int n) {
            if (n == 0) require_arrivals(through, 99);
            return n;
          },
          ps::workers(2), pool, ps::unordered)
      .sink("collect", [&](int n) {
        seen.push(n);
        through.arrive();
      });
  run_to_end(g);
  return seen.values();
}

/// The first item is not done before the second one is: order must be restored.
template <class Pool>
std::vector<int> first_item_waits(Pool pool) {
  ps::graph g{"reorder"};
  headcount second;
  collected<int> seen;
  g.source("numbers", numbers(50))
      .stage(
          "work",
          [&](int n) {
            if (n == 0) require_arrivals(second, 1);
            if (n == 1) second.arrive();
            return n;
          },
          ps::workers(2), pool, ps::ordered)
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  return seen.values();
}

}  // namespace

TEST_CASE("an ordered cooperative pool keeps the order of its items", "[engine][pools]") {
  check_order(ps::cooperative);
}
TEST_CASE("an ordered blocking pool keeps the order of its items", "[engine][pools]") {
  check_order(ps::blocking);
}
TEST_CASE("an ordered per_core pool keeps the order of its items", "[engine][pools]") {
  check_order(ps::per_core);
}

TEST_CASE("an unordered cooperative pool loses and repeats nothing", "[engine][pools]") {
  check_everything_arrives(ps::cooperative);
}
TEST_CASE("an unordered blocking pool loses and repeats nothing", "[engine][pools]") {
  check_everything_arrives(ps::blocking);
}
TEST_CASE("an unordered per_core pool loses and repeats nothing", "[engine][pools]") {
  check_everything_arrives(ps::per_core);
}

TEST_CASE("a slow item blocks nobody but its worker, in a blocking pool", "[engine][pools]") {
  const auto seen = first_item_last(ps::blocking);
  REQUIRE(seen.size() == 100);
  CHECK(seen.back() == 0);
}
TEST_CASE("a slow item blocks nobody but its worker, in a per_core pool", "[engine][pools]") {
  const auto seen = first_item_last(ps::per_core);
  REQUIRE(seen.size() == 100);
  CHECK(seen.back() == 0);
}

TEST_CASE("an item overtaken in an ordered blocking pool still comes out first", "[engine][pools]") {
  CHECK(first_item_waits(ps::blocking) == numbers(50));
}
TEST_CASE("an item overtaken in an ordered per_core pool still comes out first", "[engine][pools]") {
  CHECK(first_item_waits(ps::per_core) == numbers(50));
}

TEST_CASE("a stage of one worker is ordered without saying so", "[engine][pools]") {
  ps::graph g{"one worker"};
  collected<int> seen;
  g.source("numbers", numbers(3000)).stage("work", &uneven_work).sink("collect", [&](int n) {
    seen.push(n < 0 ? -n : n);
  });
  run_to_end(g);
  CHECK(seen.values() == numbers(3000));
}

TEST_CASE("all workers of a blocking pool work at the same time", "[engine][pools]") {
  ps::graph g{"together"};
  headcount inside;
  g.source("numbers", numbers(16))
      .sink(
          "meet",
          [&](int) {
            inside.arrive();
            require_arrivals(inside, 16);
          },
          ps::workers(16), ps::blocking);
  run_to_end(g);
  CHECK(inside.count() == 16);
}

TEST_CASE("an instance of a class body is used by one worker alone", "[engine][pools]") {
  struct body {
    std::shared_ptr<std::atomic<int>> inside = std::make_shared<std::atomic<int>>(0);
    collected<int>* clashes = nullptr;
    int operator()(int n) {
      if (inside->fetch_add(1) != 0) clashes->push(n);
      const int result = uneven_work(n);
      inside->fetch_sub(1);
      return result;
    }
  };
  ps::graph g{"alone"};
  collected<int> clashes;
  const auto make = [&] {
    body b;
    b.clashes = &clashes;
    return b;
  };
  g.source("numbers", numbers(4000))
      .stage("work", ps::each_worker(make), ps::workers(4), ps::per_core)
      .sink("end", [](int) {});
  run_to_end(g);
  CHECK(clashes.size() == 0);
}

TEST_CASE("the factory of each_worker makes one body at a time, however many workers start together",
          "[engine][pools]") {
  struct body {
    int operator()(int n) { return n; }
  };
  ps::graph g{"factory"};
  std::atomic<int> inside{0};
  std::atomic<int> clashes{0};
  headcount made;
  g.source("numbers", numbers(100))
      .stage("work", ps::each_worker([&] {
               if (inside.fetch_add(1) != 0) ++clashes;
               be_slow(2ms);
               inside.fetch_sub(1);
               made.arrive();
               return body{};
             }),
             ps::workers(16), ps::blocking)
      .sink("end", [](int) {});
  run_to_end(g);
  CHECK(made.count() == 16);
  CHECK(clashes == 0);
}

TEST_CASE("the snapshot names the pool and the number of its workers", "[engine][pools]") {
  ps::graph g{"kinds"};
  g.source("numbers", numbers(10))
      .stage(
          "a", [](int n) { return n; }, ps::workers(2), ps::blocking)
      .stage(
          "b", [](int n) { return n; }, ps::workers(3), ps::per_core)
      .stage(
          "c", [](int n) { return n; }, ps::workers(4), ps::cooperative)
      .sink("d", [](int) {});
  const auto all = run_to_end(g);
  CHECK(stage_of(all, "a").pool == "blocking");
  CHECK(stage_of(all, "a").workers == 2);
  CHECK(stage_of(all, "b").pool == "per_core");
  CHECK(stage_of(all, "b").workers == 3);
  CHECK(stage_of(all, "c").pool == "cooperative");
  CHECK(stage_of(all, "c").workers == 4);
  CHECK(stage_of(all, "d").workers == 1);
}

TEST_CASE("capacity 1 is a lockstep: a source makes no item before its neighbour has let go of the last one",
          "[engine][pools]") {
  ps::graph g{"lockstep"};
  std::atomic<int> alive{0};
  std::atomic<int> most{0};
  g.source("numbers",
           [&, i = 0]() mutable -> std::optional<int> {
             if (i == 200) return std::nullopt;
             most = std::max(most.load(), alive.fetch_add(1) + 1);
             return i++;
           })
      .sink(
          "end", [&](int) { alive.fetch_sub(1); }, ps::capacity(1));
  run_to_end(g);
  CHECK(most == 1);
}

TEST_CASE("in_flight(1) makes the whole chain synchronous", "[engine][pools]") {
  ps::graph g{"synchronous"};
  headcount finished;
  collected<std::size_t> finished_when_made;
  g.source(
       "numbers",
       [&, i = 0]() mutable -> std::optional<int> {
         finished_when_made.push(finished.count());
         if (i == 100) return std::nullopt;
         return i++;
       },
       ps::in_flight(1))
      .stage("a", [](int n) { return n; })
      .stage(
          "b", [](int n) { return n; }, ps::workers(3), ps::blocking)
      .sink("end", [&](int) { finished.arrive(); });
  run_to_end(g);
  const auto seen = finished_when_made.values();
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == i);
}

TEST_CASE("in_flight(n) lets n items be under way and no more", "[engine][pools]") {
  ps::graph g{"in flight"};
  std::atomic<int> alive{0};
  std::atomic<int> most{0};
  headcount entered;
  g.source(
       "numbers",
       [&, i = 0]() mutable -> std::optional<int> {
         if (i == 300) return std::nullopt;
         most = std::max(most.load(), alive.fetch_add(1) + 1);
         return i++;
       },
       ps::in_flight(5))
      .stage("a", [](int n) { return n; })
      .sink(
          "end",
          [&](int n) {
            entered.arrive();
            if (n < 5) require_arrivals(entered, 5);  // all five may come here before one of them ends
            alive.fetch_sub(1);
          },
          ps::workers(5), ps::blocking);
  run_to_end(g);
  CHECK(most == 5);
}
