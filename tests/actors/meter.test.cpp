#include <penstock/actors/meter.hpp>

#include <cstdint>
#include <random>

#include <penstock_test/catch.hpp>

using penstock::meter;

TEST_CASE("before any time has passed a stage is idle") {
  const meter fresh;
  CHECK(fresh.idle() == 1);
  CHECK(fresh.busy() == 0);
  CHECK(fresh.blocked() == 0);
}

TEST_CASE("time is shared out by what the workers did") {
  meter stage;
  stage.start(1000);
  stage.advance(1100, 2, 1, 4);
  stage.advance(1200, 0, 0, 4);
  CHECK(stage.busy() == Approx(200.0 / 800));
  CHECK(stage.blocked() == Approx(100.0 / 800));
  CHECK(stage.idle() == Approx(500.0 / 800));
}

TEST_CASE("the shares add up to one and none is negative, whatever happens") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random{seed};
    const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
    meter stage;
    std::int64_t now = 0;
    stage.start(now);
    for (int i = 0; i < 50; ++i) {
      // A clock that steps back, and more busy workers than there are, as while some are leaving.
      now += static_cast<std::int64_t>(random() % 1000) - 50;
      stage.advance(now, below(5), below(5), below(6));
      REQUIRE(stage.busy() + stage.blocked() + stage.idle() == Approx(1.0));
      REQUIRE(stage.busy() >= 0);
      REQUIRE(stage.blocked() >= 0);
      REQUIRE(stage.idle() >= -1e-9);
    }
  }
}

TEST_CASE("time that was accounted once is not accounted again after the clock went back") {
  meter stage;
  stage.start(0);
  stage.advance(100, 1, 0, 1);
  stage.advance(50, 0, 0, 1);
  stage.advance(100, 0, 0, 1);
  CHECK(stage.total() == Approx(100));
  CHECK(stage.busy() == Approx(1));
}
