#include <penstock/actors/thread_pool.hpp>

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

/// Waits for `gate` with its first message and ends when told to finish.
class waiting final : public ps::actor_logic {
 public:
  waiting(std::shared_future<void> gate, std::promise<std::thread::id>& began)
      : gate_{std::move(gate)}, began_{began} {}

  void receive(ps::message& m) override {
    if (std::holds_alternative<ps::finish_worker>(m)) {
      over_ = true;
      return;
    }
    began_.set_value(std::this_thread::get_id());
    gate_.wait_for(patience);
  }
  ps::after_turn turn() override { return over_ ? ps::after_turn::done : ps::after_turn::wait; }

 private:
  std::shared_future<void> gate_;
  std::promise<std::thread::id>& began_;
  bool over_ = false;
};

/// Pages of address space that this process has.
std::size_t pages() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t size = 0;
  statm >> size;
  return size;
}

/// Bytes of address space that a new thread's stack takes.
std::size_t stack_bytes() {
  pthread_attr_t attributes;
  std::size_t size = 0;
  pthread_attr_init(&attributes);
  pthread_attr_getstacksize(&attributes, &size);
  pthread_attr_destroy(&attributes);
  return size;
}

/// Has one actor come and go.
void spawn_one(ps::thread_pool& pool) {
  std::promise<void> gate;
  gate.set_value();
  std::promise<std::thread::id> began;
  const auto actor =
      pool.spawn(std::make_unique<waiting>(gate.get_future().share(), began), nullptr, "brief");
  actor->post(ps::finish_worker{false});
  if (pool.ended_within(patience) != 0) throw std::logic_error{"the actor did not end"};
}

}  // namespace

TEST_CASE("every actor has a thread of its own, so one that waits holds up nobody") {
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  std::vector<std::promise<std::thread::id>> began(3);
  std::vector<ps::address> actors;
  ps::thread_pool pool;
  for (auto& each : began) {
    actors.push_back(pool.spawn(std::make_unique<waiting>(open, each), nullptr, "waiting"));
    actors.back()->post(ps::start_run{});
  }
  std::set<std::thread::id> threads;
  for (auto& each : began) {
    auto id = each.get_future();
    REQUIRE(id.wait_for(patience) == std::future_status::ready);
    threads.insert(id.get());
  }
  CHECK(threads.size() == 3);
  gate.set_value();
  for (auto& each : actors) each->post(ps::finish_worker{false});
  CHECK(pool.ended_within(patience) == 0);
}

TEST_CASE("a thread that a body holds is counted as not ended, and no longer once it returned") {
  std::promise<void> gate;
  std::promise<std::thread::id> began;
  const auto counted = ps::make_ref<ps::activity>();
  ps::thread_pool pool;
  const auto actor = pool.spawn(std::make_unique<waiting>(gate.get_future().share(), began), counted, "held");
  actor->post(ps::start_run{});
  REQUIRE(began.get_future().wait_for(patience) == std::future_status::ready);
  actor->post(ps::finish_worker{false});
  CHECK(pool.ended_within(0s) == 1);
  CHECK_FALSE(counted->quiet());
  gate.set_value();
  CHECK(pool.ended_within(patience) == 0);
  CHECK(counted->quiet());
}

TEST_CASE("an actor that rests is woken by its next message") {
  std::promise<void> gate;
  gate.set_value();
  std::promise<std::thread::id> began;
  ps::thread_pool pool;
  const auto actor = pool.spawn(std::make_unique<waiting>(gate.get_future().share(), began), nullptr,
                                "a name much longer than a thread's may be");
  actor->post(ps::start_run{});
  REQUIRE(began.get_future().wait_for(patience) == std::future_status::ready);
  CHECK(pool.ended_within(0s) == 1);
  actor->post(ps::finish_worker{false});
  CHECK(pool.ended_within(patience) == 0);
}

TEST_CASE("threads that have ended keep no stack, however many come and go") {
  constexpr std::size_t many = 64;
  ps::thread_pool pool;
  for (int i = 0; i < 4; ++i) spawn_one(pool);
  const auto before = pages();
  for (std::size_t i = 0; i < many; ++i) spawn_one(pool);
  const auto grown =
      pages() <= before ? 0 : (pages() - before) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  CHECK(grown < many / 2 * stack_bytes());
}
