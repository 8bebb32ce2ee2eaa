#include <penstock/messages/schema_cursor.hpp>

#include <penstock_test/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <vector>

#include <penstock/messages/error.hpp>

using namespace penstock::detail;
using Catch::Matchers::Contains;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> made;
  for (const int each : values) made.push_back(static_cast<std::byte>(each));
  return made;
}

}  // namespace

TEST_CASE("no more is taken than there is, however wide the values are") {
  const auto bytes = bytes_of({1, 2, 3, 4, 5});
  schema_cursor cursor{bytes};
  CHECK_THROWS_WITH(cursor.take(3, 2), Contains("3 values of 2 bytes and only 5 bytes left"));
  CHECK_THROWS_AS(cursor.take(std::numeric_limits<std::uint64_t>::max(), 8), penstock::codec_error);
  CHECK(cursor.position() == 0);
  CHECK(cursor.take(2, 2) == bytes.data());
  CHECK(cursor.position() == 4);
  CHECK_THROWS_AS(cursor.take(2), penstock::codec_error);
  CHECK(cursor.take(1) == bytes.data() + 4);
  CHECK(cursor.left().empty());
}

TEST_CASE("a count comes back as it was appended, and one of more than 64 bits is refused") {
  for (const auto count : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 63U,
                           std::numeric_limits<std::uint64_t>::max()}) {
    INFO(count);
    std::vector<std::byte> bytes;
    append_count(count, bytes);
    schema_cursor cursor{bytes};
    CHECK(cursor.count() == count);
    CHECK(cursor.left().empty());
  }
  const auto larger = bytes_of({255, 255, 255, 255, 255, 255, 255, 255, 255, 2});
  CHECK_THROWS_WITH(schema_cursor{larger}.count(), Contains("does not fit into 64 bits"));
  const auto without_end = bytes_of({255, 255});
  CHECK_THROWS_AS(schema_cursor{without_end}.count(), penstock::codec_error);
}

TEST_CASE("a budget has as many steps as it was given") {
  step_budget budget{2};
  budget.take();
  budget.take();
  CHECK_THROWS_AS(budget.take(), penstock::codec_error);
}
