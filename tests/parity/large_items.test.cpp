// Scenarios with large arrays and with bodies that throw among slow neighbours.

#include <array>
#include <atomic>
#include <cstdint>
#include <numeric>

#include <penstock_test/catch.hpp>

#include "../runtime/engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

using array = std::vector<std::int32_t>;

/// A message with an array of 800 kB, a second reference to the same array, and a small array.
struct message {
  std::shared_ptr<array> contents;
  std::shared_ptr<array> alias;
  std::vector<std::int64_t> small;
};

message make_message(int i) {
  auto contents = std::make_shared<array>(200000);
  std::iota(contents->begin(), contents->end(), i);
  std::vector<std::int64_t> small(500);
  for (std::size_t j = 0; j < small.size(); ++j) small[j] = static_cast<std::int64_t>(j) * i;
  return {contents, contents, std::move(small)};
}

message add_one(message m) {
  for (auto& element : *m.contents) ++element;
  return m;
}

std::int64_t sum_of(const message& m) {
  const auto sum = [](const auto& all) { return std::accumulate(all.begin(), all.end(), std::int64_t{0}); };
  return sum(*m.contents) + sum(*m.alias) + sum(m.small);
}

void check_total(unsigned workers, unsigned in_flight) {
  ps::graph g{"large"};
  std::atomic<std::int64_t> total{0};
  std::atomic<int> aliased{0};
  g.source("arrays",
           [i = 0]() mutable -> std::optional<message> {
             if (i == 100) return std::nullopt;
             return make_message(i++);
           })
      .stage("change", &add_one, ps::workers(workers), ps::blocking, ps::capacity(in_flight))
      .stage("change again", &add_one, ps::workers(workers), ps::blocking, ps::capacity(in_flight))
      .tap([&](const message& m) { aliased += m.contents == m.alias ? 1 : 0; })
      .stage("sum", &sum_of, ps::workers(workers), ps::per_core, ps::capacity(in_flight))
      .sink("add", [&](std::int64_t n) { total += n; });
  run_to_end(g);
  CHECK(total == 4002657512500);
  CHECK(aliased == 100);
}

/// An array of three dimensions.
struct cube {
  std::array<std::size_t, 3> shape;
  std::vector<float> elements;
};

/// A source of three numbers with a stage that throws at `bad` between two slow neighbours.
std::string throws_at(int bad) {
  ps::graph g{"slow neighbours"};
  const auto slow = [](int n) {
    be_slow(20ms);
    return n;
  };
  g.source("numbers", numbers(5))
      .stage("slow before", slow, ps::blocking)
      .stage("throw",
             [bad](int n) {
               if (n == bad) throw broken_item{"at " + std::to_string(bad)};
               return n;
             })
      .stage("slow after", slow, ps::blocking)
      .sink("end", [](int) {});
  return text_of<broken_item>([&] { run_to_end(g); });
}

}  // namespace

TEST_CASE(
    "100 arrays of 800 kB with an aliased second reference, changed in two stages, (workers, in flight) of "
    "(1,1): "
    "total 4002657512500, aliasing kept",
    "[parity]") {
  check_total(1, 1);
}

TEST_CASE(
    "100 arrays of 800 kB with an aliased second reference, (workers, in flight) of (1,4): total "
    "4002657512500",
    "[parity]") {
  check_total(1, 4);
}

TEST_CASE(
    "100 arrays of 800 kB with an aliased second reference, (workers, in flight) of (4,16): total "
    "4002657512500",
    "[parity]") {
  check_total(4, 16);
}

TEST_CASE("ten arrays of shape 7 x 0 x 4 pass", "[parity]") {
  ps::graph g{"empty arrays"};
  collected<std::size_t> seen;
  g.source("arrays", std::vector<cube>(10, cube{{7, 0, 4}, {}}))
      .stage(
          "pass", [](cube c) { return c; }, ps::workers(2))
      .sink("collect", [&](const cube& c) {
        seen.push(c.shape[0] * 100 + c.shape[1] * 10 + c.shape[2] + c.elements.size());
      });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::size_t>(10, 704));
}

TEST_CASE("a stage throws on the first item, between slow neighbours: original type, always", "[parity]") {
  CHECK(throws_at(0) == "at 0");
}

TEST_CASE("a stage throws after the first item, between slow neighbours: original type, always", "[parity]") {
  CHECK(throws_at(1) == "at 1");
}

TEST_CASE("one of two workers throws with an infinite source", "[parity]") {
  ps::graph g{"one of two"};
  headcount started;
  g.source("numbers", endless())
      .stage(
          "work",
          [&](ps::worker_context& context, int n) {
            started.arrive();
            if (started.count() <= 2) require_arrivals(started, 2);  // both workers have an item
            if (context.worker() == 1) throw broken_item{"second worker"};
            return n;
          },
          ps::workers(2), ps::blocking, ps::capacity(10))
      .sink(
          "end", [](int) {}, ps::workers(2), ps::capacity(2));
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "second worker");
}

TEST_CASE("inactivity 0.1 s against a 1 s sleeper is an error", "[parity]") {
  ps::graph g{"sleeper"};
  g.source("numbers", numbers(9))
      .stage(
          "sleep",
          [](int n) {
            be_slow(1s);
            return n;
          },
          ps::blocking)
      .sink("end", [](int) {});
  ps::runtime_options options;
  options.inactivity = 100ms;
  CHECK_THROWS_AS(run_to_end(g, options), ps::inactivity_error);
}

TEST_CASE("inactivity 5 s against 0.1 s sleepers over 101 items is none", "[parity]") {
  ps::graph g{"sleepers"};
  headcount seen;
  g.source("numbers", numbers(101))
      .stage(
          "sleep",
          [](int n) {
            be_slow(100ms);
            return n;
          },
          ps::workers(16), ps::blocking)
      .sink("end", [&](int) { seen.arrive(); });
  ps::runtime_options options;
  options.inactivity = 5s;
  CHECK_NOTHROW(run_to_end(g, options));
  CHECK(seen.count() == 101);
}
