#include <penstock/runtime/byte_size.hpp>

#include <cstdint>
#include <random>

#include <penstock/runtime/literals.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace ps::literals;

TEST_CASE("sizes are read in powers of 1024 and of 1000") {
  CHECK(ps::parse_byte_size("4096") == 4096);
  CHECK(ps::parse_byte_size("12B") == 12);
  CHECK(ps::parse_byte_size("256KiB") == 256 * 1024);
  CHECK(ps::parse_byte_size("256 MiB") == std::int64_t{256} << 20);
  CHECK(ps::parse_byte_size("1.5GiB") == std::int64_t{3} << 29);
  CHECK(ps::parse_byte_size("2TiB") == std::int64_t{1} << 41);
  CHECK(ps::parse_byte_size("10MB") == 10'000'000);
  CHECK(ps::parse_byte_size("1kB") == 1000);
}

TEST_CASE("what is no size is refused") {
  for (const char* text : {"", "MiB", "-1MiB", "1.5", "1 ", "1MiBs", "1mib", "99999999999TiB", "1 1MiB"}) {
    CAPTURE(text);
    CHECK_FALSE(ps::parse_byte_size(text));
  }
}

TEST_CASE("any size that is written reads back the same") {
  std::mt19937_64 random{6};
  for (int i = 0; i < 10'000; ++i) {
    const auto unit = std::int64_t{1} << (random() % 4 * 10);
    const auto size = static_cast<std::int64_t>(random() >> (34 + random() % 30)) * unit;
    CAPTURE(size);
    CHECK(ps::parse_byte_size(ps::byte_size_text(size)) == size);
  }
  CHECK(ps::byte_size_text(16 << 20) == "16MiB");
  CHECK(ps::byte_size_text(1000) == "1000B");
}

TEST_CASE("sizes for the eye have three digits") {
  CHECK(ps::short_byte_size(0) == "0B");
  CHECK(ps::short_byte_size(1000) == "1000B");
  CHECK(ps::short_byte_size(1.25 * 1024 * 1024) == "1.25MiB");
}

TEST_CASE("literals count in powers of 1024") {
  STATIC_REQUIRE(1_KiB == 1024);
  STATIC_REQUIRE(256_MiB == 268435456);
  STATIC_REQUIRE(1_GiB == 1024 * 1_MiB);
  STATIC_REQUIRE(200ms == std::chrono::milliseconds{200});
}
