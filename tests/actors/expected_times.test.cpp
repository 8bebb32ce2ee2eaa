#include <penstock/actors/expected_times.hpp>

#include <penstock_test/catch.hpp>

TEST_CASE("the last of all times counts, and what a member says replaces what it said before") {
  penstock::expected_times times;
  CHECK(times.latest() == 0);
  times.set(1, 500);
  times.set(2, 300);
  CHECK(times.latest() == 500);
  times.set(1, 200);
  CHECK(times.latest() == 300);
  times.clear(2);
  CHECK(times.latest() == 200);
  times.clear(2);
  times.clear(1);
  CHECK(times.latest() == 0);
}
