#include <penstock/actors/stop_bell.hpp>

#include <penstock_test/catch.hpp>

using penstock::stop_bell;

TEST_CASE("a bell tells everybody who listens, once") {
  stop_bell bell;
  int first = 0;
  int second = 0;
  bell.listen([&] { ++first; });
  bell.listen([&] { ++second; });
  bell.ring();
  bell.ring();
  CHECK(first == 1);
  CHECK(second == 1);
}

TEST_CASE("who comes after the bell has rung is told at once") {
  stop_bell bell;
  bell.ring();
  int told = 0;
  bell.listen([&] { ++told; });
  CHECK(told == 1);
}

TEST_CASE("who has gone is not told") {
  stop_bell bell;
  int told = 0;
  bell.forget(bell.listen([&] { ++told; }));
  bell.ring();
  CHECK(told == 0);
}
