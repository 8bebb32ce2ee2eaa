#include <limits>
#include <penstock/runtime/memory_bound.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace ps::literals;

namespace {

int pass(int n) { return n; }
void nothing(const int&) {}
std::vector<int> pieces(int n) { return {n}; }
ps::generator<int> count_up(int n) {
  for (int i = 0; i < n; ++i) co_yield int{i};
}
std::string text(int n) { return std::to_string(n); }

auto numbers(ps::graph& g) { return g.source("numbers", std::vector<int>{1}); }

}  // namespace

TEST_CASE("the bound of a sink is its capacity and what bytes never hold back") {
  ps::graph g{"g"};
  numbers(g).sink("end", &nothing, ps::bytes(1_KiB), ps::workers(3));
  const std::uint64_t let_in = (2 * 3 + 1) * sizeof(int);
  const std::uint64_t made = 2 * sizeof(int);
  CHECK(ps::memory_bound(g) == 1024 + let_in + made);
}

TEST_CASE("a stage adds what its workers may put out beyond what they reserved") {
  ps::graph g{"g"};
  numbers(g)
      .stage("one", &pass, ps::bytes(1000), ps::workers(2))
      .stage("many", &pieces, ps::bytes(1000), ps::workers(2), ps::max_output(10))
      .sink("end", &nothing, ps::bytes(1000));
  const std::uint64_t let_in = (2 * 2 + 1 + 2 * 2 + 1 + 2 * 1 + 1) * sizeof(int);
  const std::uint64_t made = (2 + 2 * 2 + 2 * 10) * sizeof(int);
  CHECK(ps::memory_bound(g) == 3 * 1000 + let_in + made);
}

TEST_CASE("a producer without an end to its outputs has no bound until it declares one") {
  ps::graph open{"open"};
  numbers(open).stage("many", &pieces).sink("end", &nothing);
  CHECK(ps::memory_bound(open) == 0);
  CHECK(ps::estimate_memory(open).open_ended == std::vector<std::string>{"many"});

  ps::graph expanding{"expanding"};
  numbers(expanding).flat_map("more", &pieces).sink("end", &nothing);
  CHECK(ps::estimate_memory(expanding).open_ended == std::vector<std::string>{"numbers"});

  ps::graph declared{"declared"};
  declared.source("numbers", std::vector<int>{1}, ps::max_output(5))
      .flat_map("more", &pieces)
      .sink("end", &nothing, ps::bytes(1000));
  // Sixteen numbers at a time go through the operator.
  CHECK(ps::memory_bound(declared) == 1000 + (2 + 1 + 16 * 5) * sizeof(int));
}

TEST_CASE("a generator that is suspended while there is no room needs no declaration") {
  ps::graph g{"g"};
  numbers(g).stage("lazy", &count_up).sink("end", &nothing);
  CHECK(ps::estimate_memory(g).open_ended.empty());
}

TEST_CASE("every input may be let in by its last byte") {
  ps::graph one{"one"};
  numbers(one).sink("end", &nothing);
  ps::graph two{"two"};
  ps::merge(numbers(two), two.source("more", std::vector<int>{1})).sink("end", &nothing);
  CHECK(ps::memory_bound(two) == ps::memory_bound(one) + (1 + 2) * sizeof(int));
}

TEST_CASE("items that vary in size have no bound until their maker declares one") {
  ps::graph open{"open"};
  numbers(open).stage("text", &text).sink("end", [](const std::string&) {});
  CHECK(ps::memory_bound(open) == 0);
  CHECK(ps::estimate_memory(open).undeclared == std::vector<std::string>{"end"});

  ps::graph declared{"declared"};
  numbers(declared)
      .stage("text", &text, ps::bytes(1000), ps::max_item(100))
      .sink(
          "end", [](const std::string&) {}, ps::bytes(1000));
  CHECK(ps::estimate_memory(declared).undeclared.empty());
  CHECK(ps::memory_bound(declared) == 2 * 1000 + (2 + 1 + 2) * sizeof(int) + (2 + 1 + 2) * 100);
}

TEST_CASE("more of anything never makes the bound smaller") {
  const auto bound = [](int workers, int bytes, int output) {
    ps::graph g{"g"};
    numbers(g)
        .stage("many", &pieces, ps::bytes(bytes), ps::workers(workers), ps::max_output(output))
        .sink("end", &nothing, ps::bytes(bytes));
    return ps::memory_bound(g);
  };
  for (int i = 1; i < 20; ++i) {
    CHECK(bound(i + 1, 100, 5) > bound(i, 100, 5));
    CHECK(bound(2, 100 * i + 100, 5) > bound(2, 100 * i, 5));
    CHECK(bound(2, 100, i + 2) > bound(2, 100, i + 1));  // two are reckoned with anyway
  }
}

TEST_CASE("settings from outside change the bound") {
  ps::graph g{"g"};
  numbers(g).sink("end", &nothing, ps::bytes(1000));
  ps::settings overrides;
  overrides.set("end.bytes=5000");
  CHECK(ps::estimate_memory(g, overrides).bytes == ps::memory_bound(g) + 4000);
}

TEST_CASE("results of many that wait for an older item take their consumer's room once more") {
  const auto bound = [](auto... options) {
    ps::graph g{"g"};
    numbers(g).stage("many", &pieces, ps::max_output(10), options...).sink("end", &nothing, ps::bytes(1000));
    return ps::memory_bound(g);
  };
  const auto in_line = bound();
  CHECK(bound(ps::workers(1), ps::ordered) == in_line);
  CHECK(bound(ps::on_error(ps::retry(1))) == in_line + 1000);
  CHECK(bound(ps::workers(2), ps::ordered) == bound(ps::workers(2)) + 1000);
}

TEST_CASE("a body and operators that both make many of one multiply") {
  ps::graph g{"g"};
  numbers(g)
      .stage("many", &pieces, ps::bytes(1000), ps::max_output(10))
      .flat_map("more", &pieces)
      .sink("end", &nothing, ps::bytes(1000));
  // The body stops at 16 items, but not within those of its last one.
  const std::uint64_t made = (2 + (15 + 10) * 10) * sizeof(int);
  CHECK(ps::memory_bound(g) == 2 * 1000 + 2 * (2 + 1) * sizeof(int) + made);
}

TEST_CASE("a bound beyond all numbers is the largest number, not a small one") {
  ps::graph g{"g"};
  numbers(g)
      .stage("many", &pieces, ps::workers(8), ps::max_output(1'000'000'000))
      .flat_map("more", &pieces)
      .sink("end", &nothing);
  CHECK(ps::memory_bound(g) == std::numeric_limits<std::uint64_t>::max());
}
