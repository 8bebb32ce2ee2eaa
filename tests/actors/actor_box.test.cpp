#include <penstock/actors/actor_box.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::ints;
using penstock_test::make_token;
using penstock_test::verdict;

namespace {

/// What a behaviour saw, and what it is to answer.
struct history {
  std::vector<std::uint64_t> received;
  std::vector<ps::after_turn> answers;  ///< from the back; then `wait`
  int turns = 0;
  bool gone = false;
};

class logging final : public ps::actor_logic {
 public:
  explicit logging(history& to) : to_{to} {}
  ~logging() override { to_.gone = true; }

  void receive(ps::message& m) override {
    if (const auto* due = std::get_if<ps::retry_due>(&m)) to_.received.push_back(due->id);
  }
  ps::after_turn turn() override {
    ++to_.turns;
    if (to_.answers.empty()) return ps::after_turn::wait;
    const auto next = to_.answers.back();
    to_.answers.pop_back();
    return next;
  }

 private:
  history& to_;
};

/// Has its turns when the test says so.
class manual_box final : public ps::actor_box {
 public:
  using actor_box::actor_box;
  using actor_box::run_turns;

  std::atomic<int> scheduled{0};  ///< by any thread
  bool was_released = false;

 private:
  void schedule() override { ++scheduled; }
  void released() override { was_released = true; }
};

ps::ref<manual_box> make_box(history& to, ps::ref<ps::activity> counted = nullptr) {
  return ps::ref<manual_box>{new manual_box{std::make_unique<logging>(to), std::move(counted)}};
}

}  // namespace

TEST_CASE("an actor is scheduled with the first message, not again while it waits for its turn") {
  history seen;
  const auto box = make_box(seen);
  CHECK(box->scheduled == 0);
  for (std::uint64_t i = 0; i < 3; ++i) box->post(ps::retry_due{i});
  CHECK(box->scheduled == 1);
  CHECK_FALSE(box->run_turns(1));
  CHECK(seen.received == std::vector<std::uint64_t>{0, 1, 2});
  CHECK(seen.turns == 1);
  box->post(ps::retry_due{3});
  CHECK(box->scheduled == 2);
}

TEST_CASE("an actor with more to do is called again, as often as allowed") {
  history seen;
  seen.answers.assign(5, ps::after_turn::again);
  const auto box = make_box(seen);
  box->post(ps::retry_due{0});
  CHECK(box->run_turns(3));
  CHECK(seen.turns == 3);
  CHECK_FALSE(box->run_turns(100));
  CHECK(seen.turns == 6);
}

TEST_CASE("what is posted to an actor that has ended is thrown away as lost") {
  history seen;
  seen.answers = {ps::after_turn::done};
  const auto box = make_box(seen);
  box->post(ps::retry_due{0});
  CHECK_FALSE(box->run_turns(10));
  CHECK(seen.gone);
  CHECK(box->was_released);
  const auto told = std::make_shared<verdict>();
  ps::batch items = ints(0, 1);
  items.tokens().append(make_token(told), 1);
  box->post(ps::deliver_items{0, std::move(items)});
  CHECK(told->settled == 1);
  CHECK(told->flagged);
  CHECK(box->scheduled == 1);
}

TEST_CASE("an actor counts as active from its first message until it rests") {
  history seen;
  const auto counted = ps::make_ref<ps::activity>();
  const auto box = make_box(seen, counted);
  CHECK(counted->quiet());
  box->post(ps::retry_due{0});
  CHECK_FALSE(counted->quiet());
  box->run_turns(1);
  CHECK(counted->quiet());
  seen.answers = {ps::after_turn::done};
  box->post(ps::retry_due{1});
  box->run_turns(1);
  CHECK(counted->quiet());
}

TEST_CASE("messages of one sender arrive in order and none is lost, whoever else posts") {
  constexpr std::uint64_t senders = 3;
  constexpr std::uint64_t each = 3000;
  history seen;
  const auto box = make_box(seen);
  std::atomic<std::uint64_t> ended{0};
  std::vector<std::thread> threads;
  for (std::uint64_t sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      for (std::uint64_t i = 0; i < each; ++i) box->post(ps::retry_due{sender * each + i});
      ++ended;
    });
  }
  // It has its turns when it was scheduled, as from any scheduler.
  const auto run = [&] {
    if (box->scheduled.exchange(0) == 0) return;
    while (box->run_turns(1)) {
    }
  };
  while (ended < senders) run();
  for (auto& thread : threads) thread.join();
  run();
  REQUIRE(seen.received.size() == senders * each);
  std::vector<std::uint64_t> next{0, each, 2 * each};
  for (const auto id : seen.received) REQUIRE(id == next[static_cast<std::size_t>(id / each)]++);
}

namespace {

/// Throws at the message that it is given and in as many turns; ends once it has broken.
class fragile final : public ps::actor_logic {
 public:
  fragile(history& to, std::uint64_t bad_message, int bad_turns)
      : to_{to}, bad_message_{bad_message}, bad_turns_{bad_turns} {}

  void receive(ps::message& m) override {
    const auto id = std::get<ps::retry_due>(m).id;
    if (id == bad_message_) throw std::bad_alloc{};
    to_.received.push_back(id);
  }
  ps::after_turn turn() override {
    if (bad_turns_-- > 0) throw std::bad_alloc{};
    return to_.turns > 0 ? ps::after_turn::done : ps::after_turn::wait;
  }
  void broke(const std::exception_ptr&) noexcept override { ++to_.turns; }

 private:
  history& to_;
  std::uint64_t bad_message_;
  int bad_turns_;
};

}  // namespace

TEST_CASE("a behaviour that throws at a message is told so, gets the others, and may end") {
  history seen;
  const ps::ref<manual_box> box{new manual_box{std::make_unique<fragile>(seen, 2, 0), nullptr}};
  for (std::uint64_t id = 1; id <= 3; ++id) box->post(ps::retry_due{id});
  CHECK_FALSE(box->run_turns(1));
  CHECK(seen.received == std::vector<std::uint64_t>{1, 3});
  CHECK(seen.turns == 1);
  CHECK(box->was_released);
}

TEST_CASE("a behaviour whose turn throws gets another one") {
  history seen;
  const ps::ref<manual_box> box{new manual_box{std::make_unique<fragile>(seen, 9, 1), nullptr}};
  box->post(ps::retry_due{1});
  CHECK(box->run_turns(1));
  CHECK_FALSE(box->run_turns(1));
  CHECK(seen.turns == 1);
  CHECK(box->was_released);
}
