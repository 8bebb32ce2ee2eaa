#include <penstock/messages/json_reader.hpp>

#include <penstock_test/catch.hpp>

#include <algorithm>
#include <boost/describe/enum.hpp>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <variant>
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

struct circle {
  double r = 0;
};
BOOST_DESCRIBE_STRUCT(circle, (), (r))
struct ring {
  double r = 0;
  std::optional<double> inner = 0.5;
  std::string name = "ring";
};
BOOST_DESCRIBE_STRUCT(ring, (), (r, inner, name))
struct around {
  ring in{1, 2, "around"};
};
BOOST_DESCRIBE_STRUCT(around, (), (in))

enum class colour_name { red, green };
BOOST_DESCRIBE_ENUM(colour_name, red, green)

struct minus;
struct plus;
using sum = std::variant<int, std::unique_ptr<plus>, std::unique_ptr<minus>>;
struct plus {
  sum left, right;
  std::optional<int> a;
};
struct minus {
  sum left, right;
  int b = 0;
};
BOOST_DESCRIBE_STRUCT(plus, (), (left, right, a))
BOOST_DESCRIBE_STRUCT(minus, (), (left, right, b))

}  // namespace

template <>
inline constexpr auto penstock::may_be_absent<ring> = penstock::members(&ring::name);

TEST_CASE("members that may be absent then hold what a fresh object does") {
  const auto read = ps::from_json<ring>(R"({"r":2})");
  CHECK(read.r == 2);
  CHECK(read.inner == 0.5);
  CHECK(read.name == "ring");
  CHECK(ps::from_json<around>(R"({"in":{"r":2}})").in.name == "ring");
  CHECK(ps::from_json<ring>(R"({"r":2,"inner":null})").inner == std::nullopt);
}

TEST_CASE("members that nobody knows are ignored and told") {
  ps::read_notes notes;
  CHECK(ps::from_json<around>(R"({"in":{"r":2,"colour":"red"},"more":[1]})", &notes).in.r == 2);
  CHECK(notes.ignored_members == std::vector<std::string>{"in.colour", "more"});
  notes = {};
  ps::from_json<std::vector<circle>>(R"([{"r":1,"a":1},{"a":1,"r":1}])", &notes);
  CHECK(notes.ignored_members == std::vector<std::string>{"[].a"});
  std::string many = R"({"r":1)";
  for (int i = 0; i < 1000; ++i) many += ",\"m" + std::to_string(i) + "\":1";
  ps::from_json<circle>(many + "}", &notes);
  CHECK(notes.ignored_members.size() == ps::read_notes::most);
}

TEST_CASE("enumerators go by their names or numbers") {
  CHECK(ps::from_json<colour_name>(R"("green")") == colour_name::green);
  CHECK(ps::from_json<colour_name>("1") == colour_name::green);
  CHECK_THAT(refusal<colour_name>(R"("gren")"), Contains("'green' is the nearest"));
}

TEST_CASE("a variant is the only alternative that fits, with nothing left over") {
  using shape = std::variant<circle, ring, int>;
  CHECK(ps::from_json<shape>("3").index() == 2);
  CHECK(ps::from_json<shape>(R"({"r":1,"name":"n"})").index() == 1);
  CHECK_THAT(refusal<shape>(R"({"r":1})"), Contains("circle and"));
  CHECK_THAT(refusal<shape>(R"({"r":1,"colour":2})"), Contains("fits no alternative"));
  CHECK_THAT((refusal<std::variant<int, double>>("5")), Contains("fits int and double"));
  CHECK((ps::from_json<std::variant<int, double>>("5.5")).index() == 1);
}

TEST_CASE("an alternative may be named") {
  using number = std::variant<int, double>;
  CHECK(std::get<double>(ps::from_json<number>(R"({"double":5})")) == 5.0);
  CHECK(std::get<int>(ps::from_json<number>(R"({"int":5})")) == 5);
  CHECK_THAT(refusal<number>(R"({"int":"x"})"), Contains("'int' should be a whole number"));
  CHECK_THAT(refusal<number>(R"({"float":5})"), Contains("fits no alternative"));
}

TEST_CASE("what names an alternative and fits another as it is, is refused") {
  using either = std::variant<int, std::map<std::string, int>>;
  CHECK_THAT(refusal<either>(R"({"int":5})"), Contains("names int and fits std::map"));
  CHECK(std::get<int>(ps::from_json<either>("5")) == 5);
  const auto map = ps::type_name<std::map<std::string, int>>();
  CHECK(std::get<1>(ps::from_json<either>("{\"" + map + R"(":{"int":5}})")).at("int") == 5);
  CHECK(std::get<1>(ps::from_json<either>(R"({"int":5,"long":6})")).size() == 2);
  // As an int it would be refused.
  using texts = std::variant<int, std::map<std::string, std::string>>;
  CHECK(std::get<1>(ps::from_json<texts>(R"({"int":"five"})")).at("int") == "five");
  CHECK(std::get<0>(ps::from_json<texts>(R"({"int":5})")) == 5);
  using deeper = std::variant<either, std::vector<either>>;
  CHECK_THAT(refusal<deeper>(R"([{"int":5}])"), Contains("fits no alternative"));
  CHECK(ps::from_json<deeper>("[5]").index() == 1);
}

TEST_CASE("elements that a set or map of its own comparison takes for the same are refused") {
  struct any_case {
    bool operator()(const std::string& a, const std::string& b) const {
      return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                          [](char x, char y) { return std::tolower(x) < std::tolower(y); });
    }
  };
  CHECK_THAT((refusal<std::set<std::string, any_case>>(R"(["a","A"])")), Contains("'[1]' is there a second"));
  CHECK_THAT((refusal<std::map<std::string, int, any_case>>(R"({"a":1,"A":2})")),
             Contains("'A' is there a second time"));
  CHECK_THAT((refusal<std::map<int, int>>("[[1,2],[1,3]]")), Contains("'[1]' is there a second time"));
  CHECK((ps::from_json<std::multiset<int>>("[1,1]").size()) == 2);
  CHECK((ps::from_json<std::multimap<int, int>>("[[1,2],[1,2]]").size()) == 2);
}

TEST_CASE("variants in variants take few visits") {
  // Each sum tries plus before minus, and finds out at the end: 2 to the 30th ways without a memory.
  std::string text = "1";
  for (int i = 0; i < 30; ++i) text = R"({"left":)" + text + R"(,"right":2,"b":3})";
  constexpr std::uint64_t most = 20'000;
  ps::detail::json_reader reader{nullptr, most};
  sum item;
  reader.read(ps::parse_json(text), item);
  CHECK(std::get<std::unique_ptr<minus>>(item)->b == 3);
  CHECK(reader.visits_left() > 0);
  using two = std::variant<std::variant<int, std::string>, std::variant<bool, std::vector<int>>>;
  CHECK(std::get<0>(std::get<1>(ps::from_json<two>("true"))));
}

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

TEST_CASE("what is missing or written twice is refused by its name") {
  CHECK_THAT(refusal<named_point>(R"({"x":1,"y":2})"), Contains("'name' is missing"));
  CHECK_THAT(refusal<point>(R"({"x":1,"z":2})"), Contains("'y' is missing, and 'z' is there"));
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

TEST_CASE("a text is refused alike whether its values are kept or not") {
  const std::string deep(401, '[');
  const std::string just = std::string(400, '[') + std::string(400, ']');
  const auto refusal_of = [](auto read, const std::string& text) -> std::string {
    try {
      read(text);
    } catch (const ps::codec_error& error) {
      return error.what();
    }
    return "was read";
  };
  for (const auto& text :
       {std::string{}, deep, just, std::string{"[1,]"}, std::string{R"({"a":1,"a":2})"},
        std::string{R"([{"a":1},{"a":{"a":2}}])"}, std::string{"\"\xff\""}, std::string{"1 2"}}) {
    INFO(text);
    CHECK(refusal_of([](const std::string& t) { ps::parse_json(t); }, text) ==
          refusal_of([](const std::string& t) { ps::check_json(t); }, text));
  }
  CHECK_NOTHROW(ps::check_json(just));
  CHECK_THROWS_WITH(ps::check_json(deep), Contains("nested deeper than 400 levels"));
  CHECK_THROWS_WITH(ps::check_json(R"({"a":1,"a":2})"), Contains("two members 'a'"));
}

TEST_CASE("deep nesting is refused before it hurts") {
  const std::string deep(100'000, '[');
  CHECK_THAT(refusal<int>(deep), Contains("nested deeper than 400 levels"));
}

TEST_CASE("a type with a serialize function alone says that it needs a description") {
  CHECK_THAT(refusal<by_split>("[3]"), Contains("describe it"));
}
