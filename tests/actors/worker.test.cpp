#include <penstock/actors/worker.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/messages/generator.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

#include "worker_bench.hpp"

namespace ps = penstock;
using penstock_test::batch_of;
using bench = penstock_test::worker_bench;
using penstock_test::ints;
using penstock_test::make_token;
using penstock_test::sequence;
using penstock_test::values_of;
using penstock_test::verdict;

namespace {

/// A batch with a token for each item.
ps::batch tracked(const std::vector<int>& values, std::vector<std::shared_ptr<verdict>>& verdicts) {
  ps::batch items = batch_of<int>(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    verdicts.push_back(std::make_shared<verdict>());
    items.tokens().append(make_token(verdicts.back()), 1);
  }
  return items;
}

int careful(int n) { return n < 0 ? throw std::runtime_error{"negative"} : n + 100; }

ps::generator<int> count_up(int n) {
  for (int i = 0; i < n; ++i) co_yield int{i};
}
ps::generator<int> break_off(int n) {
  for (int i = 0; i < n; ++i) co_yield int{i};
  throw std::runtime_error{"broke off"};
}

}  // namespace

TEST_CASE("a report says what a piece was and what is settled of it") {
  const auto work = bench::of<int>(&careful);
  ps::piece piece;
  piece.items = ints(0, 3);
  piece.edge = 2;
  piece.key_slot = 9;
  piece.sequence = 40;
  piece.reserved = 8;
  const auto report = work->at_work().run(std::move(piece));
  CHECK(report.worker == 5);
  CHECK(report.edge == 2);
  CHECK(report.key_slot == 9);
  CHECK(report.sequence == 40);
  CHECK(report.taken == 3);
  CHECK(report.taken_weight == 3 * sizeof(int));
  CHECK(report.released == 8);
  CHECK(values_of<int>(report.outputs) == sequence(100, 3));
  CHECK_FALSE(report.failure);
  CHECK_FALSE(report.rest);
}

TEST_CASE("what there is no room for comes back with its own number") {
  const auto work = bench::of<int>(&careful);
  const auto report = work->run(ints(0, 5), 2, 40);
  CHECK(report.taken == 2);
  REQUIRE(report.rest);
  CHECK(report.rest->sequence == 42);
  CHECK(values_of<int>(report.rest->items) == sequence(2, 3));
}

TEST_CASE("a failed item is set apart from those before and after it, and no byte is lost count of") {
  std::vector<std::shared_ptr<verdict>> told;
  const auto work = bench::of<int>(&careful);
  auto report = work->run(tracked({1, 2, -3, 4, 5}, told), 1000, 10);
  CHECK(report.taken == 2);
  CHECK(report.taken_weight == 2 * sizeof(int));
  REQUIRE(report.failure);
  CHECK(report.failure->error);
  CHECK(report.failure->weight == sizeof(int));
  CHECK(values_of<int>(report.failure->item) == std::vector<int>{-3});
  REQUIRE(report.rest);
  CHECK(report.rest->sequence == 13);
  CHECK(values_of<int>(report.rest->items) == std::vector<int>{4, 5});
  report.failure->item.clear();
  CHECK(told[2]->settled == 1);
  CHECK(told[0]->settled == 0);
  CHECK(told[3]->settled == 0);
}

TEST_CASE("outputs hold the tokens of the items that they came of, dropped items let go") {
  std::vector<std::shared_ptr<verdict>> told;
  const auto work = bench::of<int>([](int n) { return std::vector<int>(static_cast<std::size_t>(n), n); });
  auto report = work->run(tracked({2, 0, 1}, told));
  CHECK(told[0]->settled == 0);
  CHECK(told[1]->settled == 1);
  report.outputs.split_front(2);
  CHECK(told[0]->settled == 1);
  CHECK(told[2]->settled == 0);
}

TEST_CASE("a generator without room waits in its worker, and its item is not settled") {
  const auto work = bench::of<int>(&count_up);
  const auto first = work->run(ints(5, 1), 2);
  CHECK(first.suspended);
  CHECK(first.taken == 0);
  CHECK(first.taken_weight == 0);
  CHECK_FALSE(first.rest);
  CHECK(work->at_work().suspended());
  const auto second = work->at_work().resume(10);
  CHECK_FALSE(second.suspended);
  CHECK(second.taken == 1);
  CHECK(second.taken_weight == sizeof(int));
  CHECK(values_of<int>(second.outputs) == sequence(2, 3));
}

TEST_CASE(
    "a worker that goes on with its item only hands back those behind it, whether it ends the item or not") {
  std::vector<std::shared_ptr<verdict>> told;
  const auto work = bench::of<int>(&count_up);
  REQUIRE(work->run(tracked({5, 2, 1}, told), 1).suspended);
  const auto first = work->at_work().resume(2, true);
  CHECK(first.suspended);
  CHECK(values_of<int>(first.outputs) == std::vector{1, 2});
  CHECK(first.taken == 0);
  REQUIRE(first.rest);
  CHECK(first.rest->sequence == 1);
  CHECK(values_of<int>(first.rest->items) == std::vector{2, 1});
  CHECK(first.rest->reserved == 0);

  const auto second = work->at_work().resume(10, true);
  CHECK_FALSE(second.suspended);
  CHECK(values_of<int>(second.outputs) == std::vector{3, 4});
  CHECK(second.taken == 1);
  CHECK(second.taken_weight == sizeof(int));
  CHECK_FALSE(second.rest);
  CHECK(told[1]->settled + told[2]->settled == 0);
}

TEST_CASE("a job is flagged when its generator throws after the first output, in this call or a later one") {
  for (const std::uint32_t room : {1U, 2U, 1000U}) {
    CAPTURE(room);
    std::vector<std::shared_ptr<verdict>> told;
    const auto work = bench::of<int>(&break_off);
    auto report = work->run(tracked({2}, told), room);
    CHECK_FALSE(report.outputs.tokens().empty());
    while (report.suspended) report = work->at_work().resume(room);
    REQUIRE(report.failure);
    report = {};
    CHECK(told[0]->settled == 1);
    CHECK(told[0]->flagged);
  }
}

TEST_CASE("a generator that throws before its first output flags nothing") {
  std::vector<std::shared_ptr<verdict>> told;
  const auto work = bench::of<int>(&break_off);
  auto report = work->run(tracked({0}, told));
  REQUIRE(report.failure);
  report = {};
  CHECK_FALSE(told[0]->flagged);
}

TEST_CASE("a half-done item is lost when its worker finishes") {
  std::vector<std::shared_ptr<verdict>> told;
  const auto work = bench::of<int>(&count_up);
  work->run(tracked({5}, told), 2);
  work->at_work().finish(true);
  CHECK(told[0]->settled == 1);
  CHECK(told[0]->flagged);
}

TEST_CASE("an exception of the constructor or a hook is reported, not thrown") {
  const auto work =
      bench::of<int>(ps::each_worker([]() -> int (*)(int) { throw std::runtime_error{"no device"}; }));
  work->at_work();
  CHECK(work->started);
  CHECK(work->at_work().finish(true).ended);
  struct bad_end {
    int operator()(int n) { return n; }
    void on_end() { throw std::runtime_error{"no"}; }
  };
  const auto ending = bench::of<int>(bad_end{});
  const auto last = ending->at_work().finish(true);
  CHECK(last.ended);
  CHECK(last.hook_error);
}

namespace {

/// Says of its second item that it threw, and that the process is gone besides.
class dying_body final : public ps::body {
 public:
  explicit dying_body(bool threw) : threw_{threw} {}
  void run(ps::body_work& work, ps::worker_context&) override {
    work.in.split_front(1);
    work.crash = std::make_exception_ptr(ps::crash_error("it ended"));
    work.error = threw_ ? std::make_exception_ptr(std::runtime_error{"thrown"}) : work.crash;
  }

 private:
  bool threw_;
};

}  // namespace

TEST_CASE("an item that threw before its process ended did not kill it", "[actors][worker]") {
  for (const bool threw : {true, false}) {
    bench at;
    at.plan.stage = "work";
    at.plan.make_body = [threw] { return std::make_unique<dying_body>(threw); };
    const auto report = at.run(ints(0, 3));
    CHECK(report.crash);
    REQUIRE(report.failure);
    CHECK(report.failure->crashed == !threw);
    CHECK(report.failure->deaths == (threw ? 0U : 1U));
  }
}
