#include <penstock_test/catch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <penstock/actors/source.hpp>
#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// Counts what keeps the run from being quiet.
class counting_world final : public still_world {
 public:
  void post_after(std::int64_t, ps::address, ps::message) override { ++timers; }
  void remind(std::int64_t, ps::address, ps::message m) override { reminders.push_back(std::move(m)); }
  void expect() override { ++expected; }
  void stop_expecting() override { --expected; }

  int timers = 0;
  int expected = 0;
  std::vector<ps::message> reminders;
};

/// Has nothing for an hour, or, once `verdicts_only` is set, before a verdict comes.
class empty_origin final : public ps::source_body {
 public:
  explicit empty_origin(bool& verdicts_only) : verdicts_only_{verdicts_only} {}
  void fill(ps::fill_work&, ps::source_context& context) override {
    if (verdicts_only_) {
      context.await_verdict();
    } else {
      static_cast<void>(context.not_yet(std::chrono::hours{1}));
    }
  }
  void settle(std::uint64_t, bool, const std::string&) override {}

 private:
  bool& verdicts_only_;
};

struct waiting_source {
  waiting_source() {
    plan.name = "pull";
    plan.make_body = [this] { return std::make_unique<empty_origin>(verdicts_only); };
    at_work.emplace(plan, 0, env, run);
    at_work->set_self(ps::make_ref<recorder>());
    at_work->set_controller(ps::make_ref<recorder>());
    const auto port = at_work->outputs().connect(ps::make_ref<recorder>(), "end", 0, 100,
                                                 ps::make_ref<ps::edge_link>(ps::make_ref<ps::fan_out>()));
    at_work->outputs().granted(port, {100, 1'000'000});
    tell(ps::start_run{});
  }
  void tell(ps::message m) {
    at_work->receive(m);
    at_work->turn();
  }

  counting_world env;
  ps::run_state run;
  bool verdicts_only = false;
  ps::source_plan plan;
  std::optional<ps::source> at_work;
};

}  // namespace

TEST_CASE("a run is not quiet while a source waits for its time", "[actors][source]") {
  waiting_source pull;
  CHECK(pull.env.expected == 1);
  CHECK(pull.env.reminders.size() == 1);
}

TEST_CASE("the time of a source that waits for it no more does not keep the run from being quiet",
          "[actors][source]") {
  waiting_source pull;
  pull.verdicts_only = true;
  pull.tell(ps::ask_again{});  // woken
  CHECK(pull.env.expected == 0);
  CHECK(pull.env.timers == 0);
}

TEST_CASE("a source whose time has come waits anew", "[actors][source]") {
  waiting_source pull;
  pull.tell(std::move(pull.env.reminders.front()));
  CHECK(pull.env.expected == 1);
  CHECK(pull.env.reminders.size() == 2);
}

TEST_CASE("a source that ends while it waits expects nothing any more", "[actors][source]") {
  waiting_source pull;
  pull.tell(ps::drain_run{});
  CHECK(pull.env.expected == 0);
}
