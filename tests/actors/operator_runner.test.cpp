#include <penstock/actors/operator_runner.hpp>

#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <penstock/actors/scope_token.hpp>
#include <penstock/messages/dead_letter.hpp>
#include <penstock/runtime/operators.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using penstock_test::batch_of;
using penstock_test::ints;
using penstock_test::make_token;
using penstock_test::recorder;
using penstock_test::sequence;
using penstock_test::values_of;
using penstock_test::verdict;

namespace {

/// n, n + 1, ... n + n - 1; fails after the first on multiples of 5.
std::vector<int> spread(int n) {
  std::vector<int> many;
  for (int i = 0; i < n; ++i) many.push_back(n + i);
  return many;
}
ps::generator<int> spread_or_fail(int n) {
  for (int i = 0; i < n; ++i) {
    if (n % 5 == 0 && i == 1) throw std::runtime_error{"a multiple of 5"};
    co_yield int{n + i};
  }
}

int no_threes(int n) { return n % 3 == 0 ? throw std::runtime_error{"a multiple of 3"} : n; }

ps::error_policy policy_of(ps::error_action action) {
  ps::error_rule rule;
  rule.action = action;
  return ps::error_policy{{rule}};
}

/// A chain of one operator with its surroundings.
struct bench {
  template <class Op>
  bench(Op op, ps::error_policy policy)
      : operators{std::make_unique<ps::detail::typed_chain<int, Op>>(std::tuple<Op>{std::move(op)})} {
    plans.push_back({"check", std::move(policy)});
    state.graph = "g";
  }

  ps::operator_result apply(ps::batch& items, const ps::batch& input = {},
                            ps::chain_items are = ps::chain_items::one_each, std::uint64_t number = 70,
                            std::uint64_t output = 0) {
    const ps::operator_site site{state, stage, nullptr, input, are, number, output, 2};
    return ps::apply_operators(*operators, plans, items, site);
  }

  ps::run_state state;
  std::string stage = "work";
  std::unique_ptr<ps::chain> operators;
  std::vector<ps::operator_plan> plans;
};

using check_map = ps::detail::map_operator<int (*)(int)>;
using spread_map = ps::detail::flat_map_operator<std::vector<int> (*)(int)>;
using failing_spread = ps::detail::flat_map_operator<ps::generator<int> (*)(int)>;

}  // namespace

TEST_CASE("tokens follow what operators make of their items, whatever fails and is skipped") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random{seed};
    bench chain{failing_spread{&spread_or_fail}, policy_of(ps::error_action::skip)};
    std::vector<int> in;
    std::vector<ps::ref<ps::token>> tokens;
    std::vector<int> values;
    std::vector<ps::token*> holders;
    ps::lineage lineage;
    for (auto count = 1 + random() % 12; count > 0; --count) {
      in.push_back(static_cast<int>(random() % 8));
      tokens.push_back(make_token());
      lineage.append(tokens.back(), 1);
      if (in.back() % 5 == 0) continue;  // fails, or gives nothing
      for (const int each : spread(in.back())) {
        values.push_back(each);
        holders.push_back(tokens.back().get());
      }
    }
    ps::batch items = batch_of<int>(in);
    items.tokens() = std::move(lineage);
    const auto result = chain.apply(items);
    REQUIRE_FALSE(result.error);
    REQUIRE(values_of<int>(items) == values);
    for (std::uint32_t i = 0; i < items.size(); ++i) REQUIRE(items.tokens().at(i) == holders[i]);
  }
}

TEST_CASE("without a policy the first failure stops the chain, is named and flags the items") {
  const auto told = std::make_shared<verdict>();
  bench chain{check_map{&no_threes}, {}};
  ps::batch items = ints(1, 5);
  items.tokens().append(make_token(told), 5);
  const auto result = chain.apply(items);
  CHECK(result.error);
  CHECK(result.operation == "check");
  CHECK(values_of<int>(items) == std::vector<int>{1, 2});
  items.clear();
  CHECK(told->flagged);
}

TEST_CASE("skipped items are counted and left out") {
  bench chain{check_map{&no_threes}, policy_of(ps::error_action::skip)};
  ps::batch items = ints(1, 7);
  const auto result = chain.apply(items);
  CHECK_FALSE(result.error);
  CHECK(result.skipped == 2);
  CHECK(values_of<int>(items) == std::vector<int>{1, 2, 4, 5, 7});
}

TEST_CASE("a dead letter names graph, stage, operator, item and attempt") {
  bench chain{check_map{&no_threes}, policy_of(ps::error_action::dead_letter)};
  ps::batch items = ints(1, 4);
  const auto result = chain.apply(items);
  REQUIRE(result.letters.size() == 1);
  const auto& letter = result.letters[0].letter;
  CHECK(letter.graph == "g");
  CHECK(letter.stage == "work");
  CHECK(letter.op == "check");
  CHECK(letter.item == 72);
  CHECK(letter.attempt == 2);
  CHECK(letter.exception_text == "a multiple of 3");
}

TEST_CASE("letters of the outputs of one item have its number and that of the output") {
  bench chain{check_map{&no_threes}, policy_of(ps::error_action::dead_letter)};
  ps::batch items = ints(1, 6);
  const auto result = chain.apply(items, {}, ps::chain_items::of_one_input, 70, 100);
  REQUIRE(result.letters.size() == 2);
  const ps::letter_number first{result.letters[0].letter.item};
  const ps::letter_number second{result.letters[1].letter.item};
  CHECK(first.item() == 70);
  CHECK(second.item() == 70);
  CHECK(first.output() == 102);
  CHECK(second.output() == 105);
}

TEST_CASE("letters whose number does not fit, or that came of no item, are left for the stage to number") {
  const auto counted = [](ps::chain_items are, std::uint64_t number, std::uint64_t output) {
    bench chain{check_map{&no_threes}, policy_of(ps::error_action::dead_letter)};
    ps::batch items = ints(3, 1);
    return chain.apply(items, {}, are, number, output).letters.at(0).counted;
  };
  constexpr auto of_one = ps::chain_items::of_one_input;
  using kind = ps::letter_number::kind;
  CHECK_FALSE(counted(of_one, (1ULL << 40U) - 1, (1U << 21U) - 1));
  CHECK(counted(of_one, 1ULL << 40U, 0) == kind::counted);
  CHECK(counted(of_one, 0, 1U << 21U) == kind::counted);
  CHECK(counted(ps::chain_items::at_end, 0, 0) == kind::at_end);
}

TEST_CASE("a letter leaves the chain with its item's token") {
  bench chain{check_map{&no_threes}, policy_of(ps::error_action::dead_letter)};
  std::vector<std::shared_ptr<verdict>> told;
  ps::batch items = ints(2, 5);
  for (int i = 0; i < 5; ++i) {
    told.push_back(std::make_shared<verdict>());
    items.tokens().append(make_token(told.back()), 1);
  }
  auto result = chain.apply(items);
  CHECK_FALSE(result.error);
  CHECK(values_of<int>(items) == std::vector<int>{2, 4, 5});
  REQUIRE(result.letters.size() == 2);
  CHECK(result.letters[1].letter.item == 74);
  items.clear();
  CHECK(told[1]->settled + told[4]->settled == 0);
  result = {};
  CHECK(told[1]->settled + told[4]->settled == 2);
}

TEST_CASE("between scatter and gather a failure without a policy becomes an outcome of the job") {
  const auto pair = ps::make_ref<ps::scope_pair>();
  const auto gather = ps::make_ref<recorder>();
  pair->gather = gather;
  bench chain{check_map{&no_threes}, {}};
  ps::batch items = ints(2, 3);
  items.tokens().append(ps::ref<ps::token>{new ps::scope_token{pair, nullptr}}, 3);
  const auto result = chain.apply(items);
  CHECK_FALSE(result.error);
  CHECK(values_of<int>(items) == std::vector<int>{2, 4});
  items.clear();
  const auto closed = gather->all<ps::scope_closed>();
  REQUIRE(closed.size() == 1);
  const auto failures = closed[0]->closed->take_failures();
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].stage == "check");
  CHECK(failures[0].text == "a multiple of 3");
}

TEST_CASE("an operator on shared items leaves them as they are") {
  bench chain{spread_map{&spread}, {}};
  ps::batch items = ints(1, 3);
  items.share();
  const ps::batch other = items.alias();
  chain.apply(items);
  CHECK(values_of<int>(items) == std::vector<int>{1, 2, 3, 3, 4, 5});
  CHECK(values_of<int>(other) == sequence(1, 3));
}

TEST_CASE("only operators with dead letters need the item that their input came of") {
  CHECK(ps::writes_dead_letters({{"a", {}}, {"b", policy_of(ps::error_action::dead_letter)}}));
  CHECK_FALSE(ps::writes_dead_letters({{"a", policy_of(ps::error_action::skip)}}));
}
