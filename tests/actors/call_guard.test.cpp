#include <penstock/actors/call_guard.hpp>

#include <utility>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using penstock_test::ints;
using penstock_test::recorder;
using penstock_test::still_world;

namespace {

/// Notes for when it is asked to remind.
class reminding_world final : public still_world {
 public:
  void remind(std::int64_t delay, ps::address, ps::message) override { reminders.push_back(delay); }
  std::vector<std::int64_t> reminders;
};

struct guarded {
  reminding_world env;
  ps::ref<recorder> stage = ps::make_ref<recorder>();
  ps::ref<ps::look_out> watch = ps::make_ref<ps::look_out>(env, stage);
  ps::ref<ps::call_guard> guard = ps::make_ref<ps::call_guard>(watch);

  void begin(std::int64_t began, std::int64_t limit) const {
    ps::call_guard::call call;
    call.item.items = ints(7, 1);
    call.began = began;
    call.deadline = began + limit;
    guard->begin(std::move(call));
  }
};

}  // namespace

TEST_CASE("a call that ends in time goes back to its worker", "[call_guard]") {
  const guarded g;
  g.begin(100, 50);
  CHECK(g.guard->deadline() == 150);
  CHECK_FALSE(g.guard->give_up(149));
  const auto back = g.guard->end(149);
  REQUIRE(back);
  CHECK(back->item.items.size() == 1);
  CHECK(g.guard->deadline() == ps::look_out::never);
  CHECK_FALSE(g.guard->give_up(1000));
}

TEST_CASE("who is late finds the call gone, or left to the stage", "[call_guard]") {
  const guarded g;
  g.begin(100, 50);
  SECTION("the stage was there before") {
    CHECK(g.guard->give_up(150));
    CHECK_FALSE(g.guard->end(150));
  }
  SECTION("the stage has yet to come") {
    CHECK_FALSE(g.guard->end(150));
    CHECK(g.guard->give_up(151));
  }
}

TEST_CASE("a stage is asked to look once, at the earliest time", "[call_guard]") {
  const guarded g;
  g.begin(100, 50);
  REQUIRE(g.env.reminders == std::vector<std::int64_t>{50});
  g.guard->end(120);
  g.begin(120, 50);
  CHECK(g.env.reminders.size() == 1);  // it comes at 150, and will see for itself
  g.guard->end(121);
  g.begin(121, 5);
  CHECK(g.env.reminders == std::vector<std::int64_t>{50, 5});
  CHECK_FALSE(g.watch->looking(150));  // superseded
  CHECK(g.watch->looking(126));
  CHECK_FALSE(g.watch->looking(126));
  g.guard->end(122);
  g.begin(130, 50);
  CHECK(g.env.reminders == std::vector<std::int64_t>{50, 5, 50});
}

TEST_CASE("a call without a limit asks nobody", "[call_guard]") {
  const guarded g;
  ps::call_guard::call call;
  call.began = 5;
  g.guard->begin(std::move(call));
  CHECK(g.env.reminders.empty());
  CHECK_FALSE(g.guard->give_up(1'000'000));
  CHECK(g.guard->end(1'000'000));
}

TEST_CASE("a call that neither worker nor stage took is lost with its guard", "[call_guard]") {
  const auto job = penstock_test::make_token();
  const auto pieces = penstock_test::make_token();
  {
    const guarded g;
    ps::call_guard::call call;
    call.tokens.append(job, 1);
    call.open_scope = pieces;
    call.began = 100;
    call.deadline = 150;
    g.guard->begin(std::move(call));
    CHECK_FALSE(g.guard->end(150));
    CHECK_FALSE(job->flagged());
  }
  CHECK(job->flagged());
  CHECK(pieces->flagged());
}
