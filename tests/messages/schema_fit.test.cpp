#include <penstock/messages/schema_fit.hpp>

#include <penstock_test/catch.hpp>

#include <string>
#include <variant>

#include <penstock/messages/codec.hpp>

#include "versioned_items.hpp"

namespace ps = penstock;
using namespace versioned_items;
using Catch::Matchers::Contains;

TEST_CASE("an alternative becomes the one of the same form, wherever it stands") {
  using before = std::variant<int, std::string, circle>;
  using after = std::variant<circle, std::monostate, std::string, int>;
  CHECK(std::get<int>(as<after>(before{3})) == 3);
  CHECK(std::get<std::string>(as<after>(before{"x"})) == "x");
  CHECK(std::get<circle>(as<after>(before{circle{2}})).r == 2);
  using two = std::variant<int, int, std::string>;
  CHECK(as<std::variant<std::string, int, int>>(two{std::in_place_index<1>, 4}).index() == 1);
}

TEST_CASE("else it becomes the one that it fits, if that is a single one") {
  using before = std::variant<circle, square, int>;
  using after = std::variant<square, circle_2, long, double>;
  CHECK(std::get<circle_2>(as<after>(before{circle{2}})).r == 2);
  CHECK(std::get<square>(as<after>(before{square{3}})).side == 3);
  CHECK(std::get<long>(as<after>(before{4})) == 4);
  CHECK_THAT((refusal<std::variant<long, short>>(before{4})), Contains("alternatives 0 and 1"));
  CHECK_THAT((refusal<std::variant<std::string, bool>>(before{circle{}})), Contains("no alternative"));
  CHECK(std::get<long>(as<std::variant<std::string, long>>(7)) == 7);
  CHECK(as<std::string>(std::variant<int, std::string>{"x"}) == "x");
}

TEST_CASE("alternatives that look alike go by their names, and are refused under others") {
  using before = std::variant<celsius, fahrenheit>;
  using after = std::variant<int, fahrenheit, celsius>;
  CHECK(std::get<celsius>(as<after>(before{celsius{20}})).degrees == 20);
  CHECK_THAT((refusal<std::variant<circle_2, std::variant<circle>>>(before{celsius{}})), Contains("circle"));
}
