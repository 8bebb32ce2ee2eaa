// Scenarios about how a whole process ends: each forks a child that runs a graph, and looks at how the child
// ended.

#include <csignal>
#include <cstdlib>

#include <unistd.h>

#include <penstock_test/catch.hpp>
#include <penstock_test/child_process.hpp>

#include "../runtime/engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

void write_byte(int descriptor) {
  const char byte = 'x';
  if (write(descriptor, &byte, 1) != 1) _exit(99);
}

/// Runs an endless graph that tells over `descriptor` when its first item arrived.
int run_endless(int descriptor) {
  ps::runtime rt{ps::runtime_options{}};
  ps::graph g{"endless"};
  std::size_t made = 0;
  std::size_t seen = 0;
  g.source("numbers",
           [&]() -> std::optional<int> {
             ++made;
             return 1;
           })
      .stage(
          "pass", [](int n) { return n; }, ps::workers(2), ps::blocking)
      .sink("end", [&](int) {
        if (seen++ == 0) write_byte(descriptor);
      });
  const int code = rt.run(g);
  return code == 0 && made != seen ? 98 : code;
}

/// Runs a graph whose sink ends only on an abort. Its source sends SIGINT again once the run drains.
int run_until_aborted(int descriptor) {
  ps::runtime rt{ps::runtime_options{}};
  ps::graph g{"until aborted"};
  headcount drained;
  headcount aborted;
  auto s = g.source(
      "drains",
      [&, first = true]() mutable -> std::optional<int> {
        if (std::exchange(first, false)) return 1;
        require_arrivals(drained, 1);
        be_slow(150ms);  // sooner the two would count as one
        kill(getpid(), SIGINT);
        require_arrivals(aborted, 1);  // so that the witness behind can't end before
        return std::nullopt;
      },
      ps::blocking);
  s.sink("witness of the abort", stop_witness{&aborted});
  s.sink(
      "stuck",
      [&](int) {
        write_byte(descriptor);
        require_arrivals(aborted, 1);
      },
      ps::blocking);
  g.source("witness of the drain", endless_witness{&drained}).sink("end", [](int) {});
  return rt.run(g);
}

}  // namespace

TEST_CASE("SIGTERM: the run drains, and the exit code is 0", "[parity][processes]") {
  child_process child{&run_endless};
  REQUIRE(child.await_byte());
  child.send(SIGTERM);
  CHECK(child.ended_with() == 0);
}

TEST_CASE("SIGINT: the run drains, and the exit code is 0", "[parity][processes]") {
  child_process child{&run_endless};
  REQUIRE(child.await_byte());
  child.send(SIGINT);
  CHECK(child.ended_with() == 0);
}

TEST_CASE("a second SIGINT aborts the run: the exit code is 128 + 2", "[parity][processes]") {
  child_process child{&run_until_aborted};
  REQUIRE(child.await_byte());
  child.send(SIGINT);
  CHECK(child.ended_with() == 128 + SIGINT);
}

TEST_CASE("a run that fails ends the process with exit code 1", "[parity][processes]") {
  child_process child{[](int) {
    ps::runtime rt{ps::runtime_options{}};
    ps::graph g{"fails"};
    g.source("numbers", endless()).sink("end", [](int) { throw broken_item{"expected by a test"}; });
    return rt.run(g);
  }};
  CHECK(child.ended_with() == 1);
  CHECK(mentions(child.messages(), "expected by a test"));
}
