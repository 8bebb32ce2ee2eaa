#include <penstock/actors/turn_watch.hpp>

#include <penstock_test/catch.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace ps = penstock;

namespace {

/// Does in its turn what the test wants.
class calling final : public ps::actor_logic {
 public:
  explicit calling(std::function<ps::after_turn()> body) : body_{std::move(body)} {}
  void receive(ps::message&) override {}
  ps::after_turn turn() override { return body_(); }

 private:
  std::function<ps::after_turn()> body_;
};

class manual_box final : public ps::actor_box {
 public:
  using actor_box::actor_box;
  using actor_box::run_turns;

 private:
  void schedule() override {}
};

ps::ref<manual_box> box_of(std::function<ps::after_turn()> body) {
  return ps::make_ref<manual_box>(std::make_unique<calling>(std::move(body)), nullptr);
}

}  // namespace

TEST_CASE("a turn that goes on for the limit is found once", "[actors][turn_watch]") {
  ps::turn_watch watch;
  const auto slow = box_of([&] {
    CHECK(watch.look(0, 100).empty());
    CHECK(watch.look(60, 100).empty());
    CHECK(watch.going_on().empty());
    const auto found = watch.look(110, 100);
    REQUIRE(found.size() == 1);
    CHECK(found[0].actor == "slow");
    CHECK(found[0].since == 0);
    CHECK(watch.look(170, 100).empty());
    CHECK(watch.going_on().size() == 1);
    return ps::after_turn::wait;
  });
  watch.add("slow", slow);
  slow->run_turns(1);
  CHECK(watch.going_on().empty());
}

TEST_CASE("many short turns are no long one, nor is an actor at rest", "[actors][turn_watch]") {
  ps::turn_watch watch;
  std::int64_t now = 0;
  const auto busy = box_of([&] {
    CHECK(watch.look(now += 60, 100).empty());
    return ps::after_turn::again;
  });
  watch.add("busy", busy);
  watch.add("idle", box_of([] { return ps::after_turn::wait; }));
  busy->run_turns(10);
  CHECK(watch.look(now += 1000, 100).empty());
}

TEST_CASE("an actor that has ended is watched no longer", "[actors][turn_watch]") {
  ps::turn_watch watch;
  const auto over = box_of([] { return ps::after_turn::done; });
  watch.add("over", over);
  over->run_turns(1);
  watch.look(0, 100);
  CHECK(over->unique());
}
