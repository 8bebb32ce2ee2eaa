#include <penstock/actors/worker_actor.hpp>

#include <penstock_test/catch.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include <penstock_test/batches.hpp>
#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// What a body's instance tells its test, and hears from it.
struct fate {
  std::function<void()> tell;
  std::exception_ptr lost;
  int finished = 0;
};

class fragile_body final : public ps::body {
 public:
  explicit fragile_body(fate& of) : fate_{of} {}
  void run(ps::body_work& work, ps::worker_context&) override { work.in.clear(); }
  ps::batch finish(ps::worker_context&) override {
    ++fate_.finished;
    return {};
  }
  void when_lost(std::function<void()> tell) override { fate_.tell = std::move(tell); }
  std::exception_ptr lost() override { return fate_.lost; }

 private:
  fate& fate_;
};

/// A worker without a thread, number 7 of its stage.
struct lone_worker {
  lone_worker() {
    plan.stage = "work";
    plan.make_body = [this] { return std::make_unique<fragile_body>(of); };
  }
  void tell(ps::message m) {
    actor.receive(m);
    actor.turn();
  }
  auto reports() { return stage->all<ps::worker_reported>(); }

  fate of;
  ps::stage_plan plan;
  ps::run_state run;
  still_world env;
  ps::ref<recorder> stage = ps::make_ref<recorder>();
  ps::worker_actor actor{plan, run, env, 7, 0, stage, nullptr};
};

std::exception_ptr killed() { return std::make_exception_ptr(std::runtime_error{"killed"}); }

}  // namespace

TEST_CASE("a body that is lost while it is idle has the stage ask its worker, which reports it once") {
  lone_worker worker;
  worker.tell(ps::start_run{});
  CHECK(worker.reports().empty());
  worker.of.lost = killed();
  worker.of.tell();
  REQUIRE(worker.stage->all<ps::body_lost>().size() == 1);
  CHECK(worker.stage->all<ps::body_lost>()[0]->number == 7);
  worker.tell(ps::look_at_body{});
  worker.tell(ps::look_at_body{});
  REQUIRE(worker.reports().size() == 1);
  CHECK(worker.reports()[0]->report->crash == worker.of.lost);
  CHECK_FALSE(worker.reports()[0]->report->last);
}

TEST_CASE("a body that is lost at its start is reported without an item") {
  lone_worker worker;
  worker.of.lost = killed();
  worker.tell(ps::start_run{});
  REQUIRE(worker.reports().size() == 1);
  CHECK(worker.reports()[0]->report->crash == worker.of.lost);
}

TEST_CASE("a worker whose body is lost hands back what it gets, and still runs its last hooks if it may") {
  lone_worker worker;
  worker.of.lost = killed();
  worker.tell(ps::start_run{});
  ps::piece work;
  work.items = ints(0, 3);
  ps::assign_piece assigned;
  assigned.work = std::move(work);
  worker.tell(std::move(assigned));
  REQUIRE(worker.reports().size() == 2);
  REQUIRE(worker.reports()[1]->report->rest);
  CHECK(worker.reports()[1]->report->rest->items.size() == 3);
  worker.tell(ps::finish_worker{true});
  CHECK(worker.of.finished == 1);
}
