#include <penstock/actors/restart_policy.hpp>

#include <chrono>

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second = 1'000'000'000;

ps::restart_policy three_a_minute() {
  ps::restart_policy policy;
  policy.most = 3;
  policy.window = 60s;
  policy.backoff = 100ms;
  policy.backoff_cap = 1s;
  return policy;
}

}  // namespace

TEST_CASE("so many restarts within the window are granted, and no more", "[restarts]") {
  ps::restart_history history{three_a_minute()};
  for (int i = 0; i < 3; ++i) CHECK(history.crashed(i * second, 1, 0));
  CHECK_FALSE(history.crashed(59 * second, 1, 0));
  CHECK(history.total() == 3);
}

TEST_CASE("a restart is forgotten when the window has passed", "[restarts]") {
  ps::restart_history history{three_a_minute()};
  for (int i = 0; i < 3; ++i) CHECK(history.crashed(i * second, 1, 0));
  CHECK(history.crashed(60 * second, 1, 0));
  CHECK_FALSE(history.crashed(60 * second, 1, 0));
  CHECK(history.crashed(61 * second, 1, 0));
}

TEST_CASE("no restart at all can be allowed", "[restarts]") {
  auto policy = three_a_minute();
  policy.most = 0;
  CHECK_FALSE(ps::restart_history{policy}.crashed(0, 1, 0));
}

TEST_CASE("the first crash is mended at once, each further one in a row after twice the wait", "[restarts]") {
  auto policy = three_a_minute();
  policy.most = 100;
  ps::restart_history history{policy};
  constexpr double most = 0.999999;
  CHECK(*history.crashed(0, 1, most) == 0);
  const auto ms = [&](std::uint32_t in_a_row) {
    return (*history.crashed(0, in_a_row, most) + 500'000) / 1'000'000;
  };
  CHECK(ms(2) == 100);
  CHECK(ms(3) == 200);
  CHECK(ms(4) == 400);
  CHECK(ms(5) == 800);
  CHECK(ms(6) == 1000);
  CHECK(ms(1'000'000) == 1000);
}

TEST_CASE("jitter takes away half of a wait at most", "[restarts]") {
  ps::restart_history history{three_a_minute()};
  CHECK(*history.crashed(0, 2, 0) == 50'000'000);
}
