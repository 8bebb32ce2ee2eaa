#include <penstock/runtime/graph_outline.hpp>

#include <penstock_test/catch.hpp>

#include <string>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>

namespace ps = penstock;

namespace {

ps::graph small(const std::string& stage, bool filtered = false) {
  ps::graph g{"small"};
  const auto numbers = g.source("numbers", std::vector{1, 2, 3});
  const auto same = [](int n) { return n; };
  if (filtered) {
    numbers.filter([](int) { return true; }).stage(stage, same).sink("end", [](int) {});
  } else {
    numbers.stage(stage, same).sink("end", [](int) {});
  }
  return g;
}

std::string difference(const ps::graph& program, const ps::graph& worker) {
  return ps::outline_difference(ps::outline_of(program.data()), ps::outline_of(worker.data()));
}

}  // namespace

TEST_CASE("a graph that is built alike has no difference, and its outline survives the way to a process") {
  CHECK(difference(small("work"), small("work")).empty());
  const auto outline = ps::outline_of(small("work").data());
  const auto arrived = ps::decode<ps::graph_outline>(ps::encode(outline));
  CHECK(ps::outline_difference(outline, arrived).empty());
}

TEST_CASE("the first node that differs is named, with what each side has") {
  using Catch::Matchers::Contains;
  CHECK_THAT(difference(small("work"), small("toil")),
             Contains("graph 'small' differs in a worker's process: its node 2 is stage 'work' of int behind "
                      "source 'numbers' in the program, and stage 'toil' of int"));
  CHECK_THAT(difference(small("work"), small("work", true)),
             Contains("and stage 'work' of int behind source 'numbers' (int, filter) in the worker"));
}

TEST_CASE("a node that one side lacks is a difference") {
  ps::graph more = small("work");
  more.source("others", std::vector{1}).sink("too", [](int) {});
  CHECK(difference(more, small("work")).find("is source 'others' in the program, and none in the worker") !=
        std::string::npos);
  CHECK_FALSE(difference(small("work"), more).empty());
}
