#include <penstock/actors/tick_clock.hpp>

#include <penstock_test/catch.hpp>
#include <thread>

namespace ps = penstock;

TEST_CASE("the tick clock never goes back on one thread") {
  std::int64_t last = ps::tick_clock_now();
  for (int i = 0; i < 200'000; ++i) {
    const auto now = ps::tick_clock_now();
    REQUIRE(now >= last);
    last = now;
  }
}

TEST_CASE("the tick clock keeps to the steady clock") {
  for (int i = 0; i < 20'000; ++i) {
    const auto before = ps::steady_now();
    const auto ticks = ps::tick_clock_now();
    const auto after = ps::steady_now();
    // A hundredth of the time between two looks is more than any calibration is off.
    REQUIRE(ticks >= before - 10'000);
    REQUIRE(ticks <= after + 10'000);
  }
}

TEST_CASE("what one thread reads is not before what another read earlier, but for a calibration's error") {
  const auto before = ps::tick_clock_now();
  std::int64_t there = 0;
  std::thread{[&] { there = ps::tick_clock_now(); }}.join();
  CHECK(there >= before - 10'000);
}
