#include <penstock/runtime/duration_text.hpp>

#include <chrono>
#include <cstdint>
#include <random>

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;

TEST_CASE("durations are read in every unit, with decimals, and joined") {
  CHECK(ps::parse_duration("200ms") == 200ms);
  CHECK(ps::parse_duration("5s") == 5s);
  CHECK(ps::parse_duration("2m") == 2min);
  CHECK(ps::parse_duration("2min") == 2min);
  CHECK(ps::parse_duration("7ns") == 7ns);
  CHECK(ps::parse_duration("50us") == 50us);
  CHECK(ps::parse_duration("1.5s") == 1500ms);
  CHECK(ps::parse_duration("1h30m") == 90min);
  CHECK(ps::parse_duration("2d") == 48h);
  CHECK(ps::parse_duration("0") == 0ns);
}

TEST_CASE("what is no duration is refused") {
  for (const char* text :
       {"", "5", "s", "-1s", "5 s", "1.s", "1..5s", "5parsecs", "1h30", "300000000h", "1s-"}) {
    CAPTURE(text);
    CHECK_FALSE(ps::parse_duration(text));
  }
}

TEST_CASE("a duration is written in the largest unit that divides it") {
  CHECK(ps::duration_text(200ms) == "200ms");
  CHECK(ps::duration_text(90s) == "90s");
  CHECK(ps::duration_text(120s) == "2m");
  CHECK(ps::duration_text(0ns) == "0s");
}

TEST_CASE("any duration that is written reads back the same") {
  std::mt19937_64 random{5};
  for (int i = 0; i < 10'000; ++i) {
    const std::chrono::nanoseconds duration{static_cast<std::int64_t>(random() >> (1 + random() % 63))};
    CAPTURE(duration.count());
    CHECK(ps::parse_duration(ps::duration_text(duration)) == duration);
  }
}

TEST_CASE("durations for the eye have three digits in a fitting unit") {
  CHECK(ps::short_duration(0) == "0");
  CHECK(ps::short_duration(12) == "12ns");
  CHECK(ps::short_duration(1'250'000) == "1.25ms");
  CHECK(ps::short_duration(999'900'000) == "1s");
  CHECK(ps::short_duration(12.34e9) == "12.3s");
  CHECK(ps::short_duration(150e9) == "2.5m");
  CHECK(ps::short_duration(48 * 3600e9) == "48h");
}
