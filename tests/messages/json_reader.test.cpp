#include <penstock/messages/json_reader.hpp>

#include <penstock_test/catch.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <penstock/messages/json_view.hpp>

#include "codec_items.hpp"

namespace ps = penstock;
using namespace codec_items;

using Catch::Matchers::Contains;

namespace {

template <class T>
std::string refusal(const std::string& text) {
  try {
    ps::from_json<T>(text);
  } catch (const ps::codec_error& error) {
    return error.what();
  }
  return "was read";
}

template <class T>
T there_and_back(const T& item) {
  return ps::from_json<T>(ps::to_json(item));
}

}  // namespace

TEST_CASE("what to_json shows is read back") {
  CHECK(there_and_back(example()) == example());
  CHECK(there_and_back(many_kinds{}) == many_kinds{});
  const auto low = std::numeric_limits<std::int64_t>::min();
  const auto high = std::numeric_limits<std::uint64_t>::max();
  CHECK(there_and_back(low) == low);
  CHECK(there_and_back(high) == high);
  CHECK(there_and_back(0.1) == 0.1);
  CHECK(std::isnan(there_and_back(std::numeric_limits<double>::quiet_NaN())));
  CHECK(there_and_back(-std::numeric_limits<float>::infinity()) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("pointers are read with what they point to") {
  const auto read = ps::from_json<tree>(
      R"({"value":1,"children":[{"value":2,"children":[],"next":null}],"next":{"value":3,"children":[],"next":null}})");
  CHECK(read.children.at(0).value == 2);
  CHECK(read.next->value == 3);
}

TEST_CASE("a whole number is a real one too") { CHECK(ps::from_json<double>("7") == 7.0); }

TEST_CASE("members may stand in any order") {
  CHECK(ps::from_json<named_point>(R"({"name":"n","y":2,"x":1})") == named_point{{1, 2}, "n"});
}

TEST_CASE("what is missing, unknown or written twice is refused by its name") {
  CHECK_THAT(refusal<named_point>(R"({"x":1,"y":2})"), Contains("'name' is missing"));
  CHECK_THAT(refusal<point>(R"({"x":1,"y":2,"z":3})"), Contains("'z' is no member of codec_items::point"));
  CHECK_THAT(refusal<point>(R"({"x":1,"y":2,"x":3})"), Contains("two members 'x'"));
}

TEST_CASE("a value of another kind is refused with the way to it") {
  CHECK_THAT(refusal<point>(R"({"x":1,"y":"two"})"), Contains("'y' should be a whole number and is a text"));
  CHECK_THAT((refusal<std::vector<point>>(R"([{"x":1,"y":2},{"x":null,"y":2}])")),
             Contains("'[1].x' should be a whole number and is null"));
  CHECK_THAT((refusal<std::map<std::string, point>>(R"({"a":{"x":1,"y":[]}})")), Contains("'a.y'"));
  CHECK_THAT((refusal<std::array<int, 3>>("[1,2]")), Contains("an array of 3 and is an array of 2"));
  CHECK_THAT((refusal<std::variant<int, bool>>(R"("x")")), Contains("fits no alternative"));
  CHECK_THAT(refusal<bool>("1"), Contains("true or false"));
}

TEST_CASE("numbers that don't fit are refused") {
  CHECK_THAT(refusal<std::uint8_t>("256"), Contains("from 0 to 255"));
  CHECK_THAT(refusal<std::uint8_t>("-1"), Contains("from 0 to 255"));
  CHECK_THAT(refusal<int>("2147483648"), Contains("and is the number 2147483648"));
  CHECK_THAT(refusal<std::int64_t>("9223372036854775808"), Contains("should be"));
  CHECK_THAT(refusal<int>("1.5"), Contains("a whole number"));
  CHECK_THAT(refusal<float>("1e300"), Contains("that fits"));
  CHECK(ps::from_json<std::uint8_t>("255") == 255);
}

TEST_CASE("what is no JSON is refused") {
  for (const auto* text : {"", "{", "[1,]", "1 2", "nul", "{\"a\"}", "\"\xff\"", "'x'"})
    CHECK_THAT(refusal<int>(text), Contains("no JSON"));
}

TEST_CASE("deep nesting is refused before it hurts") {
  const std::string deep(100'000, '[');
  CHECK_THAT(refusal<int>(deep), Contains("nested deeper than 400 levels"));
}

TEST_CASE("a type with a serialize function alone says that it needs a description") {
  CHECK_THAT(refusal<by_split>("[3]"), Contains("describe it"));
}
