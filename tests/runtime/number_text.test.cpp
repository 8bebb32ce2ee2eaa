#include <penstock/runtime/number_text.hpp>

#include <cstdint>
#include <limits>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

TEST_CASE("a count is digits and nothing else") {
  CHECK(ps::parse_count("0") == 0);
  CHECK(ps::parse_count("4096") == 4096);
  CHECK(ps::parse_count("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.5", "0x10", "9223372036854775808", "many"}) {
    CAPTURE(text);
    CHECK_FALSE(ps::parse_count(text));
  }
}

TEST_CASE("a number with decimals is scaled without rounding errors") {
  CHECK(ps::scaled_number("12", 1000) == 12'000);
  CHECK(ps::scaled_number("1.5", 1024) == 1536);
  CHECK(ps::scaled_number("0.1", 1'000'000'000) == 100'000'000);
  CHECK(ps::scaled_number("9007199254740993.5", 2) == 18'014'398'509'481'987);
  CHECK(ps::scaled_number("0.0009", 1000) == 0);
}

TEST_CASE("what is no number, or too large a one, is not scaled") {
  for (const char* text : {"", ".", ".5", "1.", "1.2.3", "1.x", "-1", "9223372036854775807"}) {
    CAPTURE(text);
    CHECK_FALSE(ps::scaled_number(text, 1000));
  }
}

TEST_CASE("numbers for the eye have three digits and no trailing zeros") {
  CHECK(ps::three_digits(0) == "0");
  CHECK(ps::three_digits(0.1234) == "0.123");
  CHECK(ps::three_digits(1.2345) == "1.23");
  CHECK(ps::three_digits(12.5) == "12.5");
  CHECK(ps::three_digits(9.9996) == "10");
  CHECK(ps::three_digits(99.96) == "100");
  CHECK(ps::three_digits(12345.6) == "12346");
}

TEST_CASE("counts are grouped by thousands or shortened") {
  CHECK(ps::grouped_count(0) == "0");
  CHECK(ps::grouped_count(999) == "999");
  CHECK(ps::grouped_count(1000) == "1,000");
  CHECK(ps::grouped_count(1234567) == "1,234,567");
  CHECK(ps::short_count(340) == "340");
  CHECK(ps::short_count(1250) == "1.25k");
  CHECK(ps::short_count(999'900) == "1M");
  CHECK(ps::short_count(12.3e6) == "12.3M");
  CHECK(ps::short_count(2e9) == "2G");
}
