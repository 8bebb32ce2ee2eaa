#include <penstock/messages/generator.hpp>

#include <penstock_test/catch.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ps = penstock;

namespace {

ps::generator<int> count_to(int n) {
  for (int i = 1; i <= n; ++i) co_yield i;
}

ps::generator<std::unique_ptr<int>> boxes(int n) {
  for (int i = 1; i <= n; ++i) co_yield std::make_unique<int>(i);
}

ps::generator<int> breaks_after(int n) {
  for (int i = 1; i <= n; ++i) co_yield i;
  throw std::out_of_range{"broken"};
}

ps::generator<std::string> words(bool& begun, std::shared_ptr<int> witness) {
  begun = true;
  const std::string constant = "constant";
  std::string variable = "variable";
  co_yield constant;
  co_yield "literal";
  co_yield variable;
  co_yield variable;
  static_cast<void>(witness);
}

ps::generator<int> nothing() { co_return; }

}  // namespace

TEST_CASE("a generator is read with a range-for", "[messages][generator]") {
  std::vector<int> seen;
  for (const int i : count_to(4)) seen.push_back(i);
  CHECK(seen == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("a generator is read step by step", "[messages][generator]") {
  auto g = count_to(2);
  CHECK(g.next());
  CHECK(g.value() == 1);
  CHECK(g.next());
  CHECK(g.value() == 2);
  CHECK_FALSE(g.next());
  CHECK_FALSE(g.next());
}

TEST_CASE("values that can only be moved are moved out", "[messages][generator]") {
  std::vector<std::unique_ptr<int>> kept;
  auto g = boxes(3);
  while (g.next()) kept.push_back(std::move(g.value()));
  REQUIRE(kept.size() == 3);
  CHECK(*kept.back() == 3);
}

TEST_CASE("a named object that was yielded stays the coroutine's", "[messages][generator]") {
  bool begun = false;
  std::vector<std::string> kept;
  for (auto& word : words(begun, nullptr)) kept.push_back(std::move(word));
  CHECK(kept == std::vector<std::string>{"constant", "literal", "variable", "variable"});
}

TEST_CASE("nothing runs before the first value is asked for", "[messages][generator]") {
  bool begun = false;
  auto g = words(begun, nullptr);
  CHECK_FALSE(begun);
  CHECK(g.next());
  CHECK(begun);
}

TEST_CASE("a generator that is dropped destroys what its coroutine holds", "[messages][generator]") {
  bool begun = false;
  auto witness = std::make_shared<int>(1);
  {
    auto suspended = words(begun, witness);
    CHECK(suspended.next());
    auto moved = std::move(suspended);
    CHECK_FALSE(suspended.next());
    CHECK(moved.next());
    CHECK(witness.use_count() > 1);
    moved = words(begun, nullptr);
    CHECK(witness.use_count() == 1);
  }
  const auto never_run = words(begun, witness);
  CHECK(witness.use_count() == 2);
}

TEST_CASE("what the coroutine throws comes out where the value was asked for", "[messages][generator]") {
  auto g = breaks_after(1);
  CHECK(g.next());
  CHECK_THROWS_AS(g.next(), std::out_of_range);
  CHECK_FALSE(g.next());
  auto at_once = breaks_after(0);
  CHECK_THROWS_AS(at_once.begin(), std::out_of_range);
}

TEST_CASE("an empty generator has no values", "[messages][generator]") {
  CHECK_FALSE(nothing().next());
  ps::generator<int> none;
  CHECK_FALSE(none.next());
  for (const int i : ps::generator<int>{}) FAIL("there was " << i);
}
