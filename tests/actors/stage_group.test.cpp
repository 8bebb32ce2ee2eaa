#include <penstock/actors/stage_group.hpp>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

ps::stage_group group_of(ps::group_strategy strategy) {
  return ps::stage_group{{"g", strategy, {10, 20, 30}}};
}

/// Halts whoever is to, in their order.
std::vector<std::uint32_t> halt_all(ps::stage_group& group) {
  std::vector<std::uint32_t> order;
  while (const auto next = group.to_halt()) {
    CHECK(!group.to_halt());  // one after the other
    order.push_back(*next);
    group.halted(*next);
  }
  return order;
}

using members = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("one for all: all halt, the last first, and start in order", "[actors][stage_group]") {
  auto group = group_of(ps::group_strategy::one_for_all);
  CHECK(!group.to_halt());
  group.crashed(20, 500);
  CHECK(halt_all(group) == members{30, 20, 10});
  CHECK(group.stands_still());
  CHECK(group.resume_at() == 500);
  CHECK(group.resume() == members{10, 20, 30});
  CHECK(!group.restarting());
  CHECK(group.restarts() == 1);
}

TEST_CASE("rest for one: those before the crashed one go on", "[actors][stage_group]") {
  auto group = group_of(ps::group_strategy::rest_for_one);
  group.crashed(20, 0);
  CHECK(halt_all(group) == members{30, 20});
  CHECK(group.resume() == members{20, 30});
}

TEST_CASE("a crash while the rest halts draws in those before it", "[actors][stage_group]") {
  auto group = group_of(ps::group_strategy::rest_for_one);
  group.crashed(30, 100);
  CHECK(group.to_halt() == 30U);
  group.crashed(10, 700);
  group.halted(30);
  CHECK(!group.stands_still());
  CHECK(halt_all(group) == members{20, 10});
  CHECK(group.resume_at() == 700);
  CHECK(group.resume() == members{10, 20, 30});
  CHECK(group.restarts() == 1);
}

TEST_CASE("who has ended is neither waited for nor started", "[actors][stage_group]") {
  auto group = group_of(ps::group_strategy::one_for_all);
  group.ended(10);
  group.crashed(30, 0);
  CHECK(group.to_halt() == 30U);
  group.ended(30);
  CHECK(group.to_halt() == 20U);
  group.halted(20);
  CHECK(group.stands_still());
  CHECK(group.resume() == members{20});
}

TEST_CASE("who is of another group does not matter", "[actors][stage_group]") {
  auto group = group_of(ps::group_strategy::one_for_all);
  group.crashed(99, 0);
  CHECK(!group.restarting());
  CHECK(!group.holds(99));
  CHECK(group.holds(30));
}
