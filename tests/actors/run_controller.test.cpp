#include <penstock/actors/run_controller.hpp>

#include <memory>
#include <penstock_test/catch.hpp>
#include <penstock_test/recorder.hpp>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/error.hpp>

namespace ps = penstock;
using penstock_test::recorder;

namespace {

/// Keeps reminders; they come when the test says so.
class watched_world final : public penstock_test::still_world {
 public:
  void remind(std::int64_t delay, ps::address, ps::message) override { reminders.push_back(time + delay); }
  bool quiet() const override { return is_quiet; }
  void give_up() override { gave_up = true; }

  std::vector<std::int64_t> reminders;
  bool is_quiet = false;
  bool gave_up = false;
};

struct fixture {
  explicit fixture(std::int64_t inactivity = 0, bool started = true)
      : controller{env, run, result, inactivity} {
    run.graph = std::string{"g"};
    env.time = 1'000;
    controller.set_self(self);
    controller.set_members({{"numbers", a, true}, {"end", b, false}});
    if (started) tell(ps::start_run{});
  }

  ps::after_turn tell(ps::message m) {
    controller.receive(m);
    return controller.turn();
  }
  /// The run became quiet; what the controller sends itself then comes behind `under_way`.
  template <class... Messages>
  void quiet(Messages... under_way) {
    env.is_quiet = true;
    tell(ps::run_is_quiet{});
    (tell(std::move(under_way)), ...);
    for (ps::message& each : std::exchange(self->messages, {})) tell(std::move(each));
  }
  void answer(std::uint32_t member, const std::string& name, const std::string& waits_for) {
    ps::stage_figures figures;
    figures.name = name;
    figures.waits_for = waits_for;
    asked(member)->answer(member, figures);
  }
  ps::snapshot_request* asked(std::uint32_t member) {
    return (member == 0 ? a : b)->all<ps::report_figures>().back()->request.get();
  }
  void end(std::uint32_t member) {
    last = tell(ps::member_ended{member, std::make_unique<ps::stage_figures>()});
  }

  watched_world env;
  ps::run_state run;
  std::shared_ptr<ps::run_result> result = std::make_shared<ps::run_result>();
  ps::ref<recorder> self = ps::make_ref<recorder>();
  ps::ref<recorder> a = ps::make_ref<recorder>();
  ps::ref<recorder> b = ps::make_ref<recorder>();
  ps::run_controller controller;
  ps::after_turn last = ps::after_turn::wait;
};

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("a run is done when all of its members have ended") {
  fixture f;
  CHECK(f.a->all<ps::start_run>().size() == 1);
  f.end(0);
  CHECK(!f.result->get().ended);
  f.end(1);
  CHECK(f.last == ps::after_turn::done);
  CHECK(f.result->get().ended);
  CHECK(f.result->get().phase == ps::run_phase::done);
}

TEST_CASE("the first failure is the run's, and everybody is aborted once") {
  fixture f;
  f.tell(ps::member_failed{1, std::make_exception_ptr(std::runtime_error{"first"}), "map"});
  f.tell(ps::member_failed{0, std::make_exception_ptr(std::runtime_error{"second"}), ""});
  CHECK(text_of(f.result->get().error) == "first");
  CHECK(f.result->get().failed_member == "end / map");
  CHECK(f.a->all<ps::abort_run>().size() == 1);
  CHECK(f.run.stopping);
}

TEST_CASE("a member that ends with an error lets the others end, and then the run has failed") {
  fixture f;
  f.tell(ps::member_ended{0, std::make_unique<ps::stage_figures>(),
                          std::make_exception_ptr(std::runtime_error{"some were left"})});
  CHECK(f.b->all<ps::abort_run>().empty());
  CHECK(f.result->get().phase == ps::run_phase::running);
  f.end(1);
  CHECK(f.result->get().phase == ps::run_phase::failed);
  CHECK(text_of(f.result->get().error) == "some were left");
  CHECK(f.result->get().failed_member == "numbers");
}

TEST_CASE("a failure comes before an error of one that ended") {
  fixture f;
  f.tell(ps::member_ended{0, std::make_unique<ps::stage_figures>(),
                          std::make_exception_ptr(std::runtime_error{"some were left"})});
  f.tell(ps::member_failed{1, std::make_exception_ptr(std::runtime_error{"first"}), "map"});
  f.end(1);
  CHECK(text_of(f.result->get().error) == "first");
}

TEST_CASE("a run in which nothing can happen any more fails at once and names who waits for what") {
  fixture f;
  f.quiet();
  f.answer(0, "numbers", "credit of 'end'");
  f.answer(1, "end", "items");
  f.quiet();
  CHECK(f.result->get().phase == ps::run_phase::failed);
  CHECK_THROWS_AS(std::rethrow_exception(f.result->get().error), ps::deadlock_error);
  CHECK(text_of(f.result->get().error) ==
        "graph 'g' is deadlocked: 'numbers' waits for credit of 'end'; 'end' waits for items");
}

TEST_CASE("members that have ended while word of it is on its way are no deadlock") {
  fixture f;
  f.quiet();  // noticed before they ended, looked at afterwards
  f.asked(0)->decline(0);
  f.asked(1)->decline(1);
  f.quiet();
  CHECK(f.result->get().phase == ps::run_phase::running);
  f.end(0);
  f.end(1);
  CHECK(f.result->get().phase == ps::run_phase::done);
}

TEST_CASE("a failure that is on its way comes before the deadlock that it made") {
  fixture f;
  f.quiet();
  f.answer(0, "numbers", "credit of 'end'");
  f.answer(1, "end", "items");
  f.quiet(ps::member_failed{1, std::make_exception_ptr(std::runtime_error{"first"}), ""});
  CHECK(text_of(f.result->get().error) == "first");
}

TEST_CASE("who is left behind by members that have ended is still deadlocked") {
  fixture f;
  f.quiet();
  f.asked(0)->decline(0);
  f.end(0);
  f.answer(1, "end", "items");
  f.quiet();
  CHECK(text_of(f.result->get().error) == "graph 'g' is deadlocked: 'end' waits for items");
}

TEST_CASE("quiet for a moment is no deadlock") {
  fixture f;
  f.tell(ps::run_is_quiet{});
  CHECK(f.b->all<ps::report_figures>().size() == 0);
  CHECK(f.result->get().phase == ps::run_phase::running);
}

TEST_CASE("no item moved for the whole of the inactivity limit: the run fails") {
  fixture f{100};
  REQUIRE(f.env.reminders.back() == 1'100);
  f.env.time = 1'060;
  f.run.last_progress = 1'050;
  f.env.time = 1'100;
  f.tell(ps::check_time{});
  CHECK(f.result->get().phase == ps::run_phase::running);
  CHECK(f.env.reminders.back() == 1'150);
  f.env.time = 1'150;
  f.tell(ps::check_time{});
  CHECK_THROWS_AS(std::rethrow_exception(f.result->get().error), ps::inactivity_error);
}

TEST_CASE("a body that never returns keeps its stage, not the run") {
  fixture f;
  f.tell(ps::abort_run{"enough"});
  f.end(0);
  CHECK(!f.result->get().ended);
  f.env.time = f.env.reminders.back();
  f.tell(ps::check_time{});
  CHECK(f.result->get().ended);
  CHECK(f.result->get().lost == std::vector<std::string>{"end"});
  CHECK(f.env.gave_up);
}

TEST_CASE("sources refuse what bodies that never return hold, and the run ends once they have") {
  fixture f;
  f.tell(ps::abort_run{"enough"});
  f.env.time = f.env.reminders.back();
  f.tell(ps::check_time{});
  CHECK(!f.result->get().ended);
  CHECK(f.a->all<ps::refuse_rest>().size() == 1);
  CHECK(f.b->all<ps::refuse_rest>().empty());
  SECTION("a source that does is waited for") {
    f.end(0);
    CHECK(f.result->get().ended);
    CHECK(f.result->get().lost == std::vector<std::string>{"end"});
  }
  SECTION("one that does not is left as well") {
    f.env.time = f.env.reminders.back();
    f.tell(ps::check_time{});
    CHECK(f.env.time < 1'000'001'000);  // within a second of the abort
    CHECK(f.result->get().ended);
    CHECK(f.result->get().lost.size() == 2);
  }
}

TEST_CASE("a reminder of the drain's deadline that comes a hair early is set again") {
  fixture f;
  f.tell(ps::drain_run{5'000'000});
  REQUIRE(f.env.reminders == std::vector<std::int64_t>{5'001'000});
  f.env.time = 5'000'990;
  f.tell(ps::check_time{});
  CHECK(f.result->get().phase == ps::run_phase::draining);
  REQUIRE(f.env.reminders.size() == 2);
  CHECK(f.env.reminders.back() == 5'001'000);
  f.env.time = 5'001'000;
  f.tell(ps::check_time{});
  CHECK(f.result->get().phase == ps::run_phase::aborted);
}

TEST_CASE("looking at the time long before the drain's deadline sets no second reminder of it") {
  fixture f;
  f.tell(ps::drain_run{5'000'000'000});
  f.env.time = 2'000'000;
  f.tell(ps::check_time{});
  CHECK(f.env.reminders.size() == 1);
}

TEST_CASE("a reminder to give up that comes a hair early is set again") {
  fixture f;
  f.tell(ps::abort_run{"enough"});
  f.end(0);
  REQUIRE(f.env.reminders.size() == 1);
  const auto due = f.env.reminders.back();
  f.env.time = due - 10;
  f.tell(ps::check_time{});
  CHECK(!f.result->get().ended);
  CHECK(!f.env.gave_up);
  REQUIRE(f.env.reminders.size() == 2);
  CHECK(f.env.reminders.back() == due);
  f.env.time = due;
  f.tell(ps::check_time{});
  CHECK(f.result->get().ended);
  CHECK(f.env.gave_up);
}

TEST_CASE("a run that could not be started ends when those that were made have ended") {
  fixture f{0, false};
  f.tell(ps::abort_run{"the run could not be started"});
  CHECK(f.a->all<ps::start_run>().empty());
  CHECK(f.a->all<ps::abort_run>().size() == 1);
  f.end(0);
  CHECK(!f.result->get().ended);
  f.end(1);
  CHECK(f.last == ps::after_turn::done);
  CHECK(f.result->get().phase == ps::run_phase::aborted);
}
