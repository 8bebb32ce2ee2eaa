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
std::string text(int n) { return std::to_string(n); }

auto numbers(ps::graph& g) { return g.source("numbers", std::vector<int>{1}); }

}  // namespace

TEST_CASE("the bound of a sink is its capacity and what bytes never hold back") {
  ps::graph g{"g"};
  numbers(g).sink("end", &nothing, ps::bytes(1_KiB), ps::workers(3));
  CHECK(ps::memory_bound(g) == 1024 + 2 * 3 * sizeof(int));
}

TEST_CASE("a stage adds what its workers may put out beyond what they reserved") {
  ps::graph g{"g"};
  numbers(g)
      .stage("one", &pass, ps::bytes(1000), ps::workers(2))
      .stage("many", &pieces, ps::bytes(1000), ps::workers(2), ps::max_output(10))
      .sink("end", &nothing, ps::bytes(1000));
  const std::uint64_t held_back = (2 * 2 + 2 * 2 + 2 * 1) * sizeof(int);
  const std::uint64_t put_out = (2 * 1 + 2 * 10) * sizeof(int);
  CHECK(ps::memory_bound(g) == 3 * 1000 + held_back + put_out);
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
  CHECK(ps::memory_bound(declared) == 2 * 1000 + 2 * sizeof(int) + 2 * 100 + 1 * 100);
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
    CHECK(bound(2, 100, i + 1) > bound(2, 100, i));
  }
}

TEST_CASE("settings from outside change the bound") {
  ps::graph g{"g"};
  numbers(g).sink("end", &nothing, ps::bytes(1000));
  ps::settings overrides;
  overrides.set("end.bytes=5000");
  CHECK(ps::estimate_memory(g, overrides).bytes == ps::memory_bound(g) + 4000);
}
