#include <penstock/actors/source_body.hpp>

#include <cstdint>

#include <penstock_test/catch.hpp>
#include <penstock_test/recorder.hpp>

using penstock::fill_timer;
using penstock_test::still_world;

namespace {

constexpr std::int64_t limit = 50'000;  ///< ns that a call may last

/// How many items a call makes that takes `each` ns for one.
std::uint32_t made_in_a_call(still_world& world, std::int64_t each, std::uint32_t most = 1'000'000) {
  fill_timer timer{world, world.time};
  std::uint32_t made = 0;
  while (made < most) {
    world.time += each;
    if (timer.over(++made)) break;
  }
  return made;
}

}  // namespace

TEST_CASE("a call for items lasts about 50 us, whatever an item costs") {
  for (const std::int64_t each : {1, 10, 99, 500, 781, 5'000}) {
    CAPTURE(each);
    still_world world;
    const auto lasted = made_in_a_call(world, each) * each;
    CHECK(lasted >= limit - each);
    CHECK(lasted <= 2 * limit);
  }
}

TEST_CASE("a call ends after the first item if that took too long") {
  still_world world;
  CHECK(made_in_a_call(world, limit) == 1);
}

TEST_CASE("the clock is looked at after 1, 2, 4 ... 64 items and not again") {
  still_world world;
  made_in_a_call(world, 10);
  CHECK(world.looks == 7);
}

TEST_CASE("items that cost nothing do not end a call") {
  still_world world;
  CHECK(made_in_a_call(world, 0, 10'000) == 10'000);
}
