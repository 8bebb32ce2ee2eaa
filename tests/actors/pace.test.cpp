#include <penstock/actors/pace.hpp>

#include <cstdint>
#include <random>

#include <penstock_test/catch.hpp>

using penstock::pace;

namespace {

/// Finishes pieces as suggested, every item taking `each` ns.
void settle_down(pace& speed, std::int64_t each) {
  for (int i = 0; i < 200; ++i) speed.finished(speed.suggestion(), each * speed.suggestion());
}

}  // namespace

TEST_CASE("the first piece is one item") { CHECK(pace(50'000, 1024).suggestion() == 1); }

TEST_CASE("items of steady cost come in pieces that take about the target") {
  for (const std::int64_t each : {60, 100, 999, 5'000, 25'000}) {
    CAPTURE(each);
    pace speed{50'000, 1024};
    settle_down(speed, each);
    CHECK(speed.suggestion() == 50'000 / each);
    CHECK(speed.mean() == each);
  }
}

TEST_CASE("an item longer than the target is taken alone") {
  pace speed{50'000, 1024};
  settle_down(speed, 1'000'000);
  CHECK(speed.suggestion() == 1);
}

TEST_CASE("items that cost nothing come in the largest pieces") {
  pace speed{50'000, 300};
  settle_down(speed, 0);
  CHECK(speed.suggestion() == 300);
}

TEST_CASE("a piece is at most twice the one before, at least one item and never more than the most") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random{seed};
    const auto most = 1 + static_cast<std::uint32_t>(random() % 2000);
    pace speed{50'000, most};
    for (int i = 0; i < 100; ++i) {
      const auto before = speed.suggestion();
      const auto items = static_cast<std::uint32_t>(random() % (before + 1));
      speed.finished(items, static_cast<std::int64_t>(random() % 1'000'000) - 10);
      REQUIRE(speed.suggestion() <= 2 * before);
      REQUIRE(speed.suggestion() >= 1);
      REQUIRE(speed.suggestion() <= most);
    }
  }
}

TEST_CASE("slower items shrink the pieces at once, faster ones bit by bit") {
  pace speed{50'000, 1024};
  settle_down(speed, 500);
  REQUIRE(speed.suggestion() == 100);
  speed.finished(100, 100 * 5'000);
  CHECK(speed.suggestion() == 10);
  speed.finished(10, 10 * 500);
  CHECK(speed.suggestion() > 10);
  CHECK(speed.suggestion() < 20);
}
