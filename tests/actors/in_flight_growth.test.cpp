#include <penstock/actors/in_flight_growth.hpp>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

constexpr std::int64_t quick = 20'000'000;

}  // namespace

TEST_CASE("in_flight doubles for a chunk that left short while the source had more, up to its end") {
  ps::in_flight_growth jobs{32, 100};
  jobs.chunk_left_short(32, quick);
  CHECK(jobs.limit() == 64);
  jobs.chunk_left_short(64, quick);
  CHECK(jobs.limit() == 100);
  jobs.chunk_left_short(100, quick);
  CHECK(jobs.limit() == 100);
}

TEST_CASE("in_flight stays where the source had no more to give") {
  ps::in_flight_growth jobs{32, 100};
  jobs.chunk_left_short(31, quick);
  CHECK(jobs.limit() == 32);
}

TEST_CASE("in_flight stays where jobs take long on their way to the chunk") {
  ps::in_flight_growth jobs{32, 100};
  jobs.chunk_left_short(32, ps::in_flight_growth::soon);
  CHECK(jobs.limit() == 32);
  jobs.chunk_left_short(32, ps::in_flight_growth::soon - 1);
  CHECK(jobs.limit() == 64);
}

TEST_CASE("in_flight that the program gave, or no limit at all, does not change") {
  ps::in_flight_growth given{32, 0};
  given.chunk_left_short(32, quick);
  CHECK(given.limit() == 32);
  ps::in_flight_growth none{0, 0};
  none.chunk_left_short(1000, quick);
  CHECK(none.limit() == 0);
}
