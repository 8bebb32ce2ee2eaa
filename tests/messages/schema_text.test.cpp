#include <penstock/messages/schema_text.hpp>

#include <penstock_test/catch.hpp>

#include <boost/describe/enum.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <penstock/messages/codec.hpp>

#include "codec_items.hpp"

namespace ps = penstock;
using namespace codec_items;

namespace {

template <class T>
std::string text_of() {
  return ps::schema_of<T>()->description;
}
template <class T>
std::string hash_of() {
  return ps::schema_of<T>()->hash;
}

enum class state : std::int16_t { none = -1, open, shut };
BOOST_DESCRIBE_ENUM(state, none, open, shut)

struct door {
  std::string name;
  state is = state::none;
  std::chrono::milliseconds wait{};
};
BOOST_DESCRIBE_STRUCT(door, (), (name, is, wait))

struct renamed_door {
  std::string name;
  state is = state::none;
  std::chrono::duration<std::int64_t, std::milli> wait{};
};
BOOST_DESCRIBE_STRUCT(renamed_door, (), (name, is, wait))

struct other_name {
  std::string title;
  state is = state::none;
  std::chrono::milliseconds wait{};
};
BOOST_DESCRIBE_STRUCT(other_name, (), (title, is, wait))

template <class T>
struct box {
  T value{};
};
BOOST_DESCRIBE_STRUCT(box<long>, (), (value))
BOOST_DESCRIBE_STRUCT(box<long long>, (), (value))
struct two_boxes {
  box<long> a;
  box<long long> b;
};
BOOST_DESCRIBE_STRUCT(two_boxes, (), (a, b))
struct same_boxes {
  box<long> a;
  box<long> b;
};
BOOST_DESCRIBE_STRUCT(same_boxes, (), (a, b))

struct celsius {
  double degrees = 0;
};
BOOST_DESCRIBE_STRUCT(celsius, (), (degrees))
struct fahrenheit {
  double degrees = 0;
};
BOOST_DESCRIBE_STRUCT(fahrenheit, (), (degrees))

struct forest;
struct branch {
  std::vector<forest> up;
};
struct forest {
  std::unique_ptr<branch> first;
  int age = 0;
};
BOOST_DESCRIBE_STRUCT(branch, (), (up))
BOOST_DESCRIBE_STRUCT(forest, (), (first, age))

}  // namespace

// The texts and hashes below are in files of users: a test that fails here means that all of them would be
// read the slow way, or no more.

TEST_CASE("the description of a type is what it was") {
  CHECK(text_of<door>() == R"({"format":1,"is":0,"types":[[["name","text"],)"
                           R"(["is",{"enum":"i16","values":[["none",-1],["open",0],["shut",1]]}],)"
                           R"(["wait",{"duration":"i64","period":[1,1000]}]]]})");
  CHECK(hash_of<door>() == "d4414302c2a45d03");
  CHECK(text_of<many_kinds>() ==
        R"({"format":1,"is":0,"types":[[["flag","bool"],["letter","char"],["big","u64"],["ratio","f64"],)"
        R"(["tint","u8"],["raw","u8"],["text","text"],["wide","text16"],["block",{"list":"u16"}],)"
        R"(["flags",{"list":"bool"}],["words",{"list":"text"}],["points",{"list":1}],)"
        R"(["table",{"map":["text",{"list":"i32"}]}],["hashed",{"map":["i32","text"]}],)"
        R"(["numbers",{"set":"i32"}],["maybe",{"optional":2}],)"
        R"(["either",{"variant":[{"parts":[]},"i32","text"]}],["three",{"array":"f32","count":3}],)"
        R"(["parts",{"parts":["i32","text"]}],["couple",{"parts":["i32",2]}],)"
        R"(["wait",{"duration":"i64","period":[1,1000]}],)"
        R"(["when",{"time":"i64","period":[1,1000000000],"clock":"system"}],["nothings",{"list":3}],)"
        R"(["hidden",4]],[["x","i32"],["y","i32"],["name","text"]],[["x","i32"],["y","i32"]],[],)"
        R"([["code_","i32"]]]})");
  CHECK(hash_of<many_kinds>() == "16b691694453bee4");
  CHECK(text_of<tree>() ==
        R"({"format":1,"is":0,"types":[[["value","i32"],["children",{"list":0}],["next",{"optional":0}]]]})");
  CHECK(
      text_of<by_member>() ==
      R"({"format":1,"is":{"opaque":"codec_items::by_member","version":2,"version_written":true},"types":[]})");
  CHECK(hash_of<int>() == "e91a4a8b9b4db7ae");
}

TEST_CASE("a type has its schema whatever its name is and however its numbers are spelled") {
  CHECK(hash_of<door>() == hash_of<renamed_door>());
  CHECK(hash_of<std::vector<long>>() == hash_of<std::vector<std::int64_t>>());
  CHECK(hash_of<std::vector<long long>>() == hash_of<std::vector<std::int64_t>>());
  CHECK(hash_of<two_boxes>() == hash_of<same_boxes>());
  CHECK(hash_of<std::unique_ptr<int>>() == hash_of<std::optional<int>>());
}

TEST_CASE("what is written in another way, or means something else, has another schema") {
  const std::vector<std::string> all{hash_of<door>(),
                                     hash_of<other_name>(),
                                     hash_of<int>(),
                                     hash_of<unsigned>(),
                                     hash_of<float>(),
                                     hash_of<char>(),
                                     hash_of<signed char>(),
                                     hash_of<bool>(),
                                     hash_of<state>(),
                                     hash_of<std::string>(),
                                     hash_of<std::u16string>(),
                                     hash_of<std::vector<int>>(),
                                     hash_of<std::set<int>>(),
                                     hash_of<std::multiset<int>>(),
                                     hash_of<std::array<int, 2>>(),
                                     hash_of<std::array<int, 3>>(),
                                     hash_of<std::pair<int, int>>(),
                                     hash_of<std::map<int, int>>(),
                                     hash_of<std::optional<int>>(),
                                     hash_of<std::variant<int, std::string>>(),
                                     hash_of<std::variant<std::string, int>>(),
                                     hash_of<std::chrono::seconds>(),
                                     hash_of<std::chrono::nanoseconds>(),
                                     hash_of<std::chrono::system_clock::time_point>(),
                                     hash_of<std::chrono::steady_clock::time_point>(),
                                     hash_of<by_member>(),
                                     hash_of<by_split>(),
                                     hash_of<std::monostate>()};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      INFO(i << " and " << k);
      CHECK(all[i] != all[k]);
    }
  }
}

TEST_CASE("alternatives that look alike are told apart by their names") {
  CHECK(hash_of<std::variant<celsius, fahrenheit>>() != hash_of<std::variant<fahrenheit, celsius>>());
  CHECK(text_of<std::variant<celsius, int>>().find("celsius") == std::string::npos);
}

TEST_CASE("types that contain each other are numbered as they are met") {
  CHECK(text_of<forest>() ==
        R"({"format":1,"is":0,"types":[[["first",{"optional":1}],["age","i32"]],[["up",{"list":0}]]]})");
}

TEST_CASE("a description is read as it was written") {
  const auto same = [](const std::string& text) {
    CHECK(ps::detail::schema_text(ps::detail::parse_schema(text)) == text);
  };
  same(text_of<many_kinds>());
  same(text_of<door>());
  same(text_of<forest>());
  same(text_of<by_member>());
  same(text_of<std::variant<celsius, fahrenheit, int>>());
  same(text_of<std::multimap<std::u8string, std::multiset<state>>>());
  same(
      R"({"format":1,"is":{"parts":[0,1]},"types":[[["a",{"opaque":"x","version":1,"version_written":true}]],)"
      R"([["a",{"opaque":"x","version":2,"version_written":true}]]]})");
}

TEST_CASE("a description of unknown origin is read or refused, whatever stands in it") {
  for (const auto* text :
       {"", "1", "{}", R"({"format":2,"is":"i32","types":[]})", R"({"format":1,"is":0,"types":[]})",
        R"({"format":1,"is":7,"types":[[]]})", R"({"format":1,"is":1,"types":[[]]})",
        R"({"format":1,"is":"i33","types":[]})", R"({"format":1,"is":{"list":5},"types":[]})",
        R"({"format":1,"is":{"map":["i32"]},"types":[]})",
        R"({"format":1,"is":{"duration":"i64","period":[1,0]},"types":[]})",
        R"({"format":1,"is":{"duration":"i64","period":[0,1]},"types":[]})",
        R"({"format":1,"is":{"variant":["i32"],"names":[]},"types":[]})",
        R"({"format":1,"is":-1,"types":[[]]})", R"({"format":1,"is":{},"types":[]})",
        R"({"format":1,"is":null,"types":[]})"}) {
    INFO(text);
    CHECK_THROWS_AS(ps::detail::parse_schema(text), ps::codec_error);
  }
  const auto whole = text_of<many_kinds>();
  CHECK_NOTHROW(ps::detail::parse_schema(whole + std::string(1000, ' ')));
  CHECK_THROWS_AS(ps::detail::parse_schema(whole + std::string(ps::detail::schema_text_limit, ' ')),
                  ps::codec_error);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK_THROWS_AS(ps::detail::parse_schema(whole.substr(0, length)), ps::codec_error);
  }
}
