#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/dead_letter.hpp>
#include <penstock/runtime/operators.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

#include "worker_bench.hpp"

namespace ps = penstock;
using penstock_test::batch_of;
using bench = penstock_test::worker_bench;
using penstock_test::census;
using penstock_test::counted;
using penstock_test::counted_values;
using penstock_test::ints;
using penstock_test::sequence;
using penstock_test::values_of;

namespace {

int plus_hundred(int n) { return n + 100; }

/// Fuses a filter with the worker's body.
template <class F>
void add_filter(bench& to, F f, ps::error_policy policy = {}) {
  using filter = ps::detail::filter_operator<F>;
  to.plan.operators.push_back({"check", std::move(policy)});
  to.plan.make_chain = [f]() -> std::unique_ptr<ps::chain> {
    return std::make_unique<ps::detail::typed_chain<int, filter>>(std::tuple<filter>{filter{f}});
  };
}

/// A worker whose outputs all become dead letters of a fused operator, numbered by the output.
std::unique_ptr<bench> writes_all_down() {
  auto work = bench::of<int>([](int n) { return std::vector<int>{10 * n, 10 * n + 1, 10 * n + 2}; });
  ps::error_rule letters;
  letters.action = ps::error_action::dead_letter;
  add_filter(
      *work, [](int) -> bool { throw std::runtime_error{"no"}; }, ps::error_policy{{letters}});
  // The input can't be written down, the outputs can.
  work->plan.operators_codec = &ps::item_codec_of<int>();
  return work;
}

}  // namespace

TEST_CASE("a fused operator's failure ends the run unless its policy leaves the item out") {
  const auto odd_fails = [](int n) { return n % 2 == 0 ? true : throw std::runtime_error{"odd"}; };
  const auto strict = bench::of<int>(&plus_hundred);
  add_filter(*strict, odd_fails);
  const auto failed = strict->run(ints(0, 3));
  REQUIRE(failed.failure);
  CHECK(failed.failure->operation == "check");
  ps::error_rule skip;
  skip.action = ps::error_action::skip;
  const auto lenient = bench::of<int>(&plus_hundred);
  add_filter(*lenient, odd_fails, ps::error_policy{{skip}});
  const auto report = lenient->run(ints(0, 5));
  CHECK_FALSE(report.failure);
  CHECK(report.skipped == 2);
  CHECK(values_of<int>(report.outputs) == std::vector<int>{100, 102, 104});
}

TEST_CASE("items shared with others survive a failure among them, even taken one by one") {
  const census all;
  {
    const auto work = bench::of<counted>([](const counted& item) {
      return item.value() == 1 ? throw std::runtime_error{"no"} : item.value();
    });
    ps::error_rule letters;
    letters.action = ps::error_action::dead_letter;
    // An operator that may write dead letters makes the worker go item by item.
    const auto keep = [](int) { return true; };
    add_filter(*work, keep, ps::error_policy{{letters}});
    ps::batch items = batch_of<counted>(sequence(0, 4));
    items.share();
    const ps::batch other = items.alias();
    auto report = work->run(std::move(items));
    REQUIRE(report.failure);
    REQUIRE(report.rest);
    CHECK(counted_values(report.rest->items) == std::vector<int>{2, 3});
    CHECK(values_of<int>(report.outputs) == std::vector<int>{0});
    CHECK(counted_values(other) == sequence(0, 4));
  }
  CHECK(all.clean());
}

TEST_CASE("dead letters of outputs, which have no number of their own, are numbered apart all the same") {
  const auto work = writes_all_down();
  std::set<std::uint64_t> numbers;
  std::vector<std::string> items;
  // Counted by input, the second item's outputs would take the numbers of the first one's.
  for (const int item : {0, 1}) {
    const auto report = work->run(ints(item, 1), 1000, static_cast<std::uint64_t>(item));
    for (const auto& each : report.letters) {
      numbers.insert(each.letter.item);
      items.push_back(each.letter.json);
      CHECK(each.letter.op == "check");
    }
  }
  CHECK(items == std::vector<std::string>{"0", "1", "2", "10", "11", "12"});
  CHECK(numbers.size() == 6);
}

TEST_CASE("two workers number the dead letters of their outputs apart") {
  const auto plan = writes_all_down();
  std::set<std::uint64_t> numbers;
  for (const unsigned number : {0U, 1U, 2U}) {
    ps::worker each{plan->plan, plan->state, number};
    REQUIRE_FALSE(each.start());
    ps::piece work;
    work.items = ints(0, 1);
    work.reserved = 1000;
    for (const auto& made : each.run(std::move(work)).letters) numbers.insert(made.letter.item);
  }
  CHECK(numbers.size() == 9);
}

TEST_CASE("the outputs of a generator that is resumed go on with their numbers") {
  struct lazy {
    ps::generator<int> operator()(int n) {
      for (int i = 0; i < 10; ++i) co_yield n + i;
    }
  };
  auto work = bench::of<int>(lazy{});
  ps::error_rule letters;
  letters.action = ps::error_action::dead_letter;
  add_filter(
      *work, [](int n) -> bool { return n % 2 == 0 ? throw std::runtime_error{"no"} : true; },
      ps::error_policy{{letters}});
  work->plan.codec = work->plan.operators_codec = &ps::item_codec_of<int>();
  std::vector<std::uint64_t> outputs;
  auto note = [&](const ps::piece_report& report) {
    for (const auto& each : report.letters) {
      CHECK(ps::letter_number{each.letter.item}.item() == 7);
      outputs.push_back(ps::letter_number{each.letter.item}.output());
    }
  };
  note(work->run(ints(0, 1), 3, 7));
  while (work->at_work().suspended()) note(work->at_work().resume(3));
  CHECK(outputs == std::vector<std::uint64_t>{0, 2, 4, 6, 8});
}

TEST_CASE("a worker hands its letters to its stage before they are too many") {
  const auto work = writes_all_down();
  work->plan.codec = work->plan.operators_codec;
  const auto report = work->run(ints(0, 1000), 1'000'000);
  CHECK(report.letters.size() >= 64);
  CHECK(report.letters.size() < 70);
  REQUIRE(report.rest);
  CHECK(report.taken + report.rest->items.size() == 1000);
}
