#include <penstock/actors/error_policy.hpp>

#include <chrono>
#include <exception>
#include <random>
#include <stdexcept>
#include <vector>

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;
using ps::error_action;

namespace {

const auto some_error = std::make_exception_ptr(std::runtime_error{"no"});

ps::error_rule rule(error_action action, std::uint32_t retries = 0, std::chrono::nanoseconds backoff = 0ns) {
  ps::error_rule made;
  made.action = action;
  made.retries = retries;
  made.backoff = backoff;
  return made;
}

bool is_invalid(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::invalid_argument&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

TEST_CASE("without a rule that applies the run fails") {
  CHECK(ps::error_policy{}.decide(1, some_error, 0).action == error_action::fail);
  auto narrow = rule(error_action::skip);
  narrow.matches = &is_invalid;
  CHECK(ps::error_policy{{narrow}}.decide(1, some_error, 0).action == error_action::fail);
}

TEST_CASE("a rule with a condition applies to what it matches, the first that applies counts") {
  auto narrow = rule(error_action::skip);
  narrow.matches = &is_invalid;
  const ps::error_policy policy{{narrow, rule(error_action::dead_letter)}};
  CHECK(policy.decide(1, std::make_exception_ptr(std::invalid_argument{"x"}), 0).action ==
        error_action::skip);
  CHECK(policy.decide(1, some_error, 0).action == error_action::dead_letter);
}

TEST_CASE("n retries are n + 1 attempts, then the next rule counts") {
  const ps::error_policy policy{{rule(error_action::retry, 3), rule(error_action::skip)}};
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    CHECK(policy.decide(attempt, some_error, 0).action == error_action::retry);
  }
  CHECK(policy.decide(4, some_error, 0).action == error_action::skip);
  CHECK(ps::error_policy{{rule(error_action::retry, 1)}}.decide(2, some_error, 0).action ==
        error_action::fail);
}

TEST_CASE("the delay doubles with every attempt up to its cap") {
  const ps::error_policy policy{{rule(error_action::retry, 100, 200ms)}};
  const double nearly_one = 1.0 - 1e-12;
  const auto delay = [&](std::uint32_t attempt) {
    return std::chrono::duration<double>(policy.decide(attempt, some_error, nearly_one).delay).count();
  };
  CHECK(delay(1) == Approx(0.2));
  CHECK(delay(2) == Approx(0.4));
  CHECK(delay(5) == Approx(3.2));
  CHECK(delay(9) == Approx(30));
  CHECK(delay(100) == Approx(30));
}

TEST_CASE("a delay is between half and all of the backoff, whatever the jitter") {
  std::mt19937 random{11};
  std::uniform_real_distribution<double> jitter{0, 1};
  const ps::error_policy policy{{rule(error_action::retry, 1, 100ms)}};
  for (int i = 0; i < 500; ++i) {
    const auto delay = policy.decide(1, some_error, jitter(random)).delay;
    REQUIRE(delay >= 50ms);
    REQUIRE(delay <= 100ms);
  }
}

TEST_CASE("a backoff larger than the cap is cut to it, and none means at once") {
  auto large = rule(error_action::retry, 5, std::chrono::nanoseconds::max());
  large.backoff_cap = 10s;
  CHECK(ps::error_policy{{large}}.decide(5, some_error, 0).delay == 5s);
  CHECK(ps::error_policy{{rule(error_action::retry, 5)}}.decide(5, some_error, 0.5).delay == 0ns);
}

TEST_CASE("only retry and dead letters need the item after its body saw it") {
  CHECK(ps::error_policy{{rule(error_action::retry, 1)}}.keeps_items());
  CHECK(ps::error_policy{{rule(error_action::skip), rule(error_action::dead_letter)}}.keeps_items());
  CHECK_FALSE(ps::error_policy{{rule(error_action::skip), rule(error_action::fail)}}.keeps_items());
  CHECK(ps::error_policy{}.empty());
}
