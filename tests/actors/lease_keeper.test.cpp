#include <penstock/actors/lease_keeper.hpp>

#include <penstock_test/catch.hpp>

#include <chrono>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// Notes when reminders come.
class timed_world final : public still_world {
 public:
  void remind(std::int64_t delay, ps::address, ps::message) override { reminders.push_back(time + delay); }

  std::vector<std::int64_t> reminders;
};

/// A source that takes its time to extend its leases of 300 ns.
class slow_origin final : public ps::source_body {
 public:
  explicit slow_origin(timed_world& in) : in_{in} {}
  void fill(ps::fill_work&, ps::source_context&) override {}
  void settle(std::uint64_t, bool, const std::string&) override {}
  std::chrono::nanoseconds lease() const override { return std::chrono::nanoseconds{300}; }
  void extend_open() override {
    began.push_back(in_.time);
    in_.time += 80;
  }

  std::vector<std::int64_t> began;

 private:
  timed_world& in_;
};

}  // namespace

TEST_CASE("a round that broke for want of memory is not tried again before the next is due") {
  timed_world env;
  ps::run_state run;
  const std::string name = "pull";
  const auto body = std::make_shared<slow_origin>(env);
  ps::lease_keeper keeper{body, env, run, name, ps::make_ref<recorder>()};
  keeper.set_self(ps::make_ref<recorder>());
  ps::message start = ps::start_run{};
  keeper.receive(start);
  keeper.turn();
  REQUIRE(body->began.size() == 1);
  keeper.broke(std::make_exception_ptr(std::bad_alloc{}));
  keeper.turn();
  CHECK(body->began.size() == 1);
  CHECK(env.reminders.size() == 1);
  ps::message again = ps::extend_leases{};
  keeper.receive(again);
  keeper.turn();
  CHECK(body->began.size() == 2);
}

TEST_CASE("rounds of extensions begin at an even pace, however long each takes") {
  timed_world env;
  ps::run_state run;
  const std::string name = "pull";
  const auto body = std::make_shared<slow_origin>(env);
  ps::lease_keeper keeper{body, env, run, name, ps::make_ref<recorder>()};
  keeper.set_self(ps::make_ref<recorder>());
  ps::message start = ps::start_run{};
  keeper.receive(start);
  for (int round = 0; round < 3; ++round) {
    keeper.turn();
    REQUIRE(env.reminders.size() == body->began.size());
    env.time = env.reminders.back();
    ps::message again = ps::extend_leases{};
    keeper.receive(again);
  }
  CHECK(body->began == std::vector<std::int64_t>{0, 100, 200});
}
