#pragma once

// A source on its own: what surrounds it is recorded.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <penstock/actors/source.hpp>
#include <penstock_test/recorder.hpp>

namespace penstock_test {

/// Counts what keeps the run from being quiet.
class counting_world final : public still_world {
 public:
  penstock::address spawn(std::unique_ptr<penstock::actor_logic> logic, penstock::lane,
                          const std::string&) override {
    spawned = std::move(logic);
    return penstock::make_ref<recorder>();
  }
  void post_after(std::int64_t, penstock::address, penstock::message) override { ++timers; }
  void remind(std::int64_t, penstock::address, penstock::message m) override {
    reminders.push_back(std::move(m));
  }
  void expect() override { ++expected; }
  void stop_expecting() override { --expected; }

  int timers = 0;
  int expected = 0;
  std::vector<penstock::message> reminders;
  std::unique_ptr<penstock::actor_logic> spawned;
};

/// A source with room for a hundred items.
struct source_bench {
  explicit source_bench(std::function<std::unique_ptr<penstock::source_body>()> make_body,
                        bool acknowledges = false, std::uint32_t in_flight = 0, bool blocking = false) {
    plan.name = "pull";
    plan.acknowledges = acknowledges;
    plan.in_flight = in_flight;
    plan.blocking = blocking;
    plan.make_body = std::move(make_body);
    at_work.emplace(plan, 0, env, run);
    at_work->set_self(penstock::make_ref<recorder>());
    at_work->set_controller(controller);
    const auto port = at_work->outputs().connect(
        consumer, "end", 0, 100,
        penstock::make_ref<penstock::edge_link>(penstock::make_ref<penstock::fan_out>()));
    at_work->outputs().granted(port, {100, 1'000'000});
    tell(penstock::start_run{});
  }
  penstock::after_turn tell(penstock::message m) {
    at_work->receive(m);
    return at_work->turn();
  }

  penstock::ref<recorder> controller = penstock::make_ref<recorder>();
  penstock::ref<recorder> consumer = penstock::make_ref<recorder>();
  counting_world env;
  penstock::run_state run;
  penstock::source_plan plan;
  std::optional<penstock::source> at_work;
};

}  // namespace penstock_test
