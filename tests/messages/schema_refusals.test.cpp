// Details in which two types differ: none of them may be passed over, and bytes that a description does not
// allow are refused.

#include <penstock/messages/schema_conversion.hpp>

#include <penstock_test/catch.hpp>

#include <array>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/serialization/level.hpp>
#include <boost/serialization/version.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <penstock/messages/codec.hpp>

#include "versioned_items.hpp"

namespace ps = penstock;
using namespace versioned_items;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// Its members are compared by their schemas alone.
template <class T>
struct in {
  T value{};
  BOOST_DESCRIBE_CLASS(in, (), (value), (), ())
};

enum class rising : std::uint8_t { a = 1, b = 2 };
BOOST_DESCRIBE_ENUM(rising, a, b)
enum class falling : std::uint8_t { a = 2, b = 1 };
BOOST_DESCRIBE_ENUM(falling, a, b)

struct pair_of_enums {
  in<rising> one;
  in<falling> two;
};
BOOST_DESCRIBE_STRUCT(pair_of_enums, (), (one, two))

struct unversioned {
  int n = 0;
  template <class Archive>
  void serialize(Archive& archive, const unsigned int) {
    archive& n;
  }
};

struct a_and_b {
  int a = 0;
  int b = 0;
};
BOOST_DESCRIBE_STRUCT(a_and_b, (), (a, b))
struct only_a {
  long a = 0;
};
BOOST_DESCRIBE_STRUCT(only_a, (), (a))
struct long_a_and_b {
  long a = 0;
  long b = 0;
};
BOOST_DESCRIBE_STRUCT(long_a_and_b, (), (a, b))
struct int_a {
  int a = 0;
};
BOOST_DESCRIBE_STRUCT(int_a, (), (a))

struct with_nothings {
  std::vector<codec_items::nothing> junk;
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(with_nothings, (), (junk, id))

struct unwanted {
  in<std::pair<std::optional<std::string>, std::variant<int, std::vector<std::string>>>> first;
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(unwanted, (), (first, id))

std::vector<std::byte> archive_of(std::initializer_list<int> values) {
  std::vector<std::byte> made{ps::archive_format};
  for (const int each : values) made.push_back(static_cast<std::byte>(each));
  return made;
}

/// Why a T is not read from bytes that were written by `description`.
template <class T>
std::string refusal_by(const std::string& description, const std::vector<std::byte>& bytes) {
  try {
    ps::decode<T>(bytes, ps::item_schema{"another", description});
  } catch (const ps::codec_error& error) {
    return error.what();
  }
  return "was read";
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

}  // namespace

BOOST_CLASS_IMPLEMENTATION(unversioned, boost::serialization::object_serializable)
BOOST_CLASS_VERSION(unversioned, 1)

TEST_CASE("members of the same name whose type differs in one detail are converted, their bytes not copied") {
  CHECK(as<in<std::chrono::milliseconds>>(in<std::chrono::seconds>{5s}).value == 5000ms);
  CHECK(as<in<falling>>(in<rising>{rising::a}).value == falling::a);
  CHECK(as<in<unsigned>>(in<int>{5}).value == 5);
  CHECK_THAT(refusal<in<unsigned>>(in<int>{-5}), Contains("can't hold"));
  CHECK_THAT((refusal<in<std::array<int, 3>>>(in<std::array<int, 2>>{})), Contains("should have 3"));
  CHECK_THAT(refusal<in<std::chrono::steady_clock::time_point>>(in<std::chrono::system_clock::time_point>{}),
             Contains("of the clock 'steady'"));
  CHECK_THAT((refusal<in<std::set<int>>>(in<std::vector<int>>{{5, 5}})),
             Contains("'value[1]' is there a second"));
}

TEST_CASE("an item that holds types of the same names and other numbers has a description of each") {
  pair_of_enums was;
  was.one.value = rising::b;
  was.two.value = falling::b;
  const auto text = ps::schema_of<pair_of_enums>()->description;
  CHECK_THAT(text, Contains(R"([["a",1],["b",2]])") && Contains(R"([["a",2],["b",1]])"));
  const auto read = as<std::pair<in<falling>, in<rising>>>(std::pair{was.one, was.two});
  CHECK(read.first.value == falling::b);
  CHECK(read.second.value == rising::b);
}

TEST_CASE("of several alternatives the one is taken that fits with the least change") {
  using arrays = std::variant<std::array<long, 2>, std::array<long, 3>>;
  CHECK(as<arrays>(std::array<int, 3>{}).index() == 1);
  CHECK(as<std::variant<rising, long>>(1).index() == 1);
  CHECK(as<std::variant<long, std::optional<long>>>(std::optional{5}).index() == 1);
  CHECK(as<std::variant<only_a, long_a_and_b>>(a_and_b{1, 2}).index() == 1);
  CHECK(as<std::variant<long_a_and_b, only_a>>(int_a{1}).index() == 1);
  using clocks = std::variant<std::string, std::chrono::steady_clock::time_point>;
  CHECK_THAT(refusal<clocks>(std::chrono::system_clock::time_point{}), Contains("no alternative"));
  // The number of an alternative means something only where nothing has changed.
  CHECK_THAT((refusal_by<std::variant<long, long>>(
                 R"({"format":1,"is":{"variant":["i32","i32"],"names":["long","long"]},"types":[]})",
                 archive_of({1, 4, 0, 0, 0}))),
             Contains("may be each of"));
}

TEST_CASE("bytes that no writer of that description has written are refused") {
  const auto optional = ps::schema_of<std::optional<int>>()->description;
  CHECK_THAT(refusal_by<std::optional<long>>(optional, archive_of({2, 1, 0, 0, 0})),
             Contains("neither there nor empty: 2"));
  const auto variant = ps::schema_of<std::variant<int, bool>>()->description;
  CHECK_THAT((refusal_by<std::variant<std::string, long>>(variant, archive_of({2, 1, 0, 0, 0}))),
             Contains("is alternative 2 of too few"));
  const auto truth = ps::schema_of<bool>()->description;
  CHECK_THAT(refusal_by<int>(truth, archive_of({2})), Contains("is no bool"));
  const auto list = ps::schema_of<std::vector<bool>>()->description;
  CHECK_THAT(refusal_by<std::vector<int>>(list, archive_of({3, 1})),
             Contains("has 3 elements and only 1 bytes"));
  const auto wide = ps::schema_of<std::vector<std::u16string>>()->description;
  CHECK_THAT(refusal_by<std::set<std::u16string>>(wide, archive_of({1, 3, 0, 0, 0, 0})),
             Contains("3 values of 2 bytes"));
}

TEST_CASE("what nobody wants is passed over, whatever it is") {
  CHECK(as<only_id>(with_nothings{std::vector<codec_items::nothing>(3), 7}).id == 7);
  CHECK(as<only_id>(unwanted{{{std::nullopt, 5}}, 7}).id == 7);
  CHECK(as<only_id>(unwanted{{{"text", std::vector<std::string>{"a", ""}}}, 7}).id == 7);
}

TEST_CASE("what a serialize function wrote is passed over in versions that it knows alone") {
  const auto written = ps::schema_of<with_opaque>()->description;
  const auto bytes = ps::encode(with_opaque{{"n", {1}}, 5});
  CHECK(ps::decode<opaque_elsewhere>(bytes, ps::item_schema{"another", written}).behind == 5);
  CHECK_THAT(refusal_by<opaque_elsewhere>(changed(written, R"("version":2)", R"("version":3)"), bytes),
             Contains("by_member of version 3"));
  CHECK_THAT(refusal_by<opaque_moved>(
                 changed(written, R"("version_written":true)", R"("version_written":false)"), bytes),
             Contains("by_member"));
}

TEST_CASE("bytes without a version are read where the version is the same") {
  const auto written = ps::schema_of<in<unversioned>>()->description;
  const auto bytes = ps::encode(in<unversioned>{{7}});
  CHECK(ps::decode<in<unversioned>>(bytes, ps::item_schema{"another", written}).value.n == 7);
  CHECK_THAT(written, Contains(R"("version":1,"version_written":false)"));
  CHECK_THAT(refusal_by<in<unversioned>>(changed(written, R"("version":1)", R"("version":2)"), bytes),
             Contains("up to version 1"));
  CHECK_THAT(refusal_by<in<unversioned>>(changed(written, R"("version":1)", R"("version":0)"), bytes),
             Contains("don't tell their version"));
}

TEST_CASE("values that nobody wants and that are without end come to one") {
  // Each type holds the next one twice: 2 to the 100th values, none of which takes a byte.
  std::string doubling = R"({"format":1,"is":0,"types":[[["id","i32"],["junk",1]],)";
  for (int i = 1; i < 100; ++i) {
    const auto next = std::to_string(i + 1);
    doubling += R"([["a",)" + next + R"(],["b",)" + next + "]],";
  }
  CHECK_THAT(refusal_by<only_id>(doubling + "[]]}", archive_of({1, 0, 0, 0})), Contains("far more values"));
  CHECK_THAT(refusal_by<only_id>(R"({"format":1,"is":0,"types":[[["id","i32"],["junk",1]],[["more",1]]]})",
                                 archive_of({1, 0, 0, 0})),
             Contains("nested deeper than 400 levels"));
}
