#include <penstock/actors/control_thread.hpp>
#include <penstock/actors/tick_clock.hpp>
#include <penstock/actors/world.hpp>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

constexpr auto patience = std::chrono::seconds{30};

/// Waits for everything that is due by now.
void catch_up(ps::control_thread& thread) {
  std::promise<void> done;
  thread.post([&] { done.set_value(); });
  REQUIRE(done.get_future().wait_for(patience) == std::future_status::ready);
}

/// Ends with the message, and says which thread brought it.
class one_message final : public ps::actor_logic {
 public:
  explicit one_message(std::promise<std::thread::id>& seen) : seen_{seen} {}
  void receive(ps::message&) override { seen_.set_value(std::this_thread::get_id()); }
  ps::after_turn turn() override { return ps::after_turn::done; }

 private:
  std::promise<std::thread::id>& seen_;
};

}  // namespace

TEST_CASE("posted work runs in order, all of it on one thread that is not the caller's") {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  ps::control_thread control;
  for (int i = 0; i < 100; ++i) {
    control.post([&, i] {
      order.push_back(i);
      threads.push_back(std::this_thread::get_id());
    });
  }
  catch_up(control);
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) REQUIRE(order[static_cast<std::size_t>(i)] == i);
  for (const auto& each : threads) REQUIRE(each == threads.front());
  CHECK(threads.front() != std::this_thread::get_id());
}

TEST_CASE("timers run by their time, equal times in the order of the calls, none early") {
  const auto start = ps::steady_now();
  const auto soon = start + 2'000'000;
  std::vector<int> order;
  std::int64_t ran_at = 0;
  std::promise<void> done;
  ps::control_thread control;
  // Set on that thread itself, they are all set before it looks at the time.
  control.post([&] {
    control.at(soon + 1'000'000, [&] {
      order.push_back(3);
      done.set_value();
    });
    control.at(soon, [&] {
      order.push_back(1);
      ran_at = ps::steady_now();
    });
    control.at(soon, [&] { order.push_back(2); });
    control.at(start - 5, [&] { order.push_back(0); });
  });
  REQUIRE(done.get_future().wait_for(patience) == std::future_status::ready);
  catch_up(control);
  CHECK(order == std::vector<int>{0, 1, 2, 3});
  CHECK(ran_at >= soon);
}

TEST_CASE("an end does not wait for timers, it drops them") {
  const auto held = std::make_shared<int>(0);
  {
    ps::control_thread control;
    control.at(ps::steady_now() + 3'600'000'000'000, [held] { ++*held; });
    catch_up(control);
    CHECK(held.use_count() == 2);
  }
  CHECK(held.use_count() == 1);
  CHECK(*held == 0);
}

TEST_CASE("timers of an owner are forgotten, and no others") {
  const auto held = std::make_shared<int>(0);
  const int owner = 0;
  const auto late = ps::steady_now() + 3'600'000'000'000;
  ps::control_thread control;
  for (int i = 0; i < 10; ++i)
    control.at(
        late + i % 3, [held] { ++*held; }, &owner);
  control.at(late + 1, [held] { ++*held; });
  CHECK(control.timers() == 11);
  control.forget(&owner);
  CHECK(control.timers() == 1);
  CHECK(held.use_count() == 2);
}

TEST_CASE("the timers of a run go when it has ended, whoever still holds it") {
  ps::world threads{1};
  const auto env = ps::make_environment(threads);
  const auto other = ps::make_environment(threads);
  env->remind(3'600'000'000'000, nullptr, ps::check_time{});
  env->post_after(3'600'000'000'000, nullptr, ps::check_time{});
  other->remind(3'600'000'000'000, nullptr, ps::check_time{});
  env->run_ended();
  CHECK(threads.control().timers() == 1);
}

TEST_CASE("an actor of the control thread has its turns there") {
  ps::control_thread control;
  std::promise<std::thread::id> where;
  control.post([&] { where.set_value(std::this_thread::get_id()); });
  std::promise<std::thread::id> seen;
  const ps::address actor = control.spawn(std::make_unique<one_message>(seen));
  actor->post(ps::start_run{});
  CHECK(seen.get_future().get() == where.get_future().get());
}
