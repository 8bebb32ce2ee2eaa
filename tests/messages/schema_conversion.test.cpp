#include <penstock/messages/schema_conversion.hpp>

#include <penstock_test/catch.hpp>

#include <array>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <chrono>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/may_be_absent.hpp>

#include "codec_items.hpp"

namespace ps = penstock;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// `item`, as a program wrote it, read by one that has To in its place.
template <class To, class From>
To as(const From& item, ps::read_notes* notes = nullptr) {
  return ps::decode<To>(ps::encode(item), *ps::schema_of<From>(), notes);
}

template <class To, class From>
std::string refusal(const From& item) {
  try {
    as<To>(item);
  } catch (const ps::codec_error& error) {
    return error.what();
  }
  return "was read";
}

// Versions of one type, as programs of different days know it.

struct job_1 {
  int n = 0;
  int ms = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(job_1, (), (n, ms, name))

struct job_exchanged {
  int ms = 0;
  int n = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(job_exchanged, (), (ms, n, name))

struct job_grown {
  std::string label = "none";
  std::optional<int> priority;
  long n = 0;
  long ms = 0;
  std::string name;
  std::optional<std::string> owner = "nobody";
};
BOOST_DESCRIBE_STRUCT(job_grown, (), (label, priority, n, ms, name, owner))

struct job_renamed {
  int n = 0;
  int millis = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(job_renamed, (), (n, millis, name))

struct base {
  int id = 0;
  int weight = 7;
};
BOOST_DESCRIBE_STRUCT(base, (), (id, weight))
struct derived : base {
  int id = 0;
  std::string name = "new";
};
BOOST_DESCRIBE_STRUCT(derived, (base), (id, name))
struct derived_before : base {
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(derived_before, (base), (id))
struct only_id {
  int id = 0;
};
BOOST_DESCRIBE_STRUCT(only_id, (), (id))

enum class light : std::uint8_t { red, green, blue };
BOOST_DESCRIBE_ENUM(light, red, green, blue)
enum class colour : std::int32_t { green = -5, red = 100000, yellow = 3 };
BOOST_DESCRIBE_ENUM(colour, red, green, yellow)
enum class flags : std::uint16_t { a = 1, b = 2 };
BOOST_DESCRIBE_ENUM(flags, a, b)
struct flags_1 {
  flags set{};
};
BOOST_DESCRIBE_STRUCT(flags_1, (), (set))
struct flags_2 {
  std::optional<int> more;
  flags set{};
};
BOOST_DESCRIBE_STRUCT(flags_2, (), (more, set))

struct node_1 {
  int value = 0;
  std::vector<node_1> children;
  std::unique_ptr<node_1> next;
};
BOOST_DESCRIBE_STRUCT(node_1, (), (value, children, next))
struct node_2 {
  std::unique_ptr<node_2> next;
  std::list<node_2> children;
  double value = 0;
};
BOOST_DESCRIBE_STRUCT(node_2, (), (next, children, value))

struct circle {
  double r = 0;
};
BOOST_DESCRIBE_STRUCT(circle, (), (r))
struct square {
  double side = 0;
};
BOOST_DESCRIBE_STRUCT(square, (), (side))
struct circle_2 {
  std::optional<std::string> label;
  double r = 0;
};
BOOST_DESCRIBE_STRUCT(circle_2, (), (label, r))
struct celsius {
  double degrees = 0;
};
BOOST_DESCRIBE_STRUCT(celsius, (), (degrees))
struct fahrenheit {
  double degrees = 0;
};
BOOST_DESCRIBE_STRUCT(fahrenheit, (), (degrees))

struct with_opaque {
  codec_items::by_member own;
  int behind = 0;
};
BOOST_DESCRIBE_STRUCT(with_opaque, (), (own, behind))
struct opaque_moved {
  long behind = 0;
  codec_items::by_member own;
};
BOOST_DESCRIBE_STRUCT(opaque_moved, (), (behind, own))
struct opaque_gone {
  int behind = 0;
};
BOOST_DESCRIBE_STRUCT(opaque_gone, (), (behind))
struct opaque_elsewhere {
  int behind = 0;
  std::optional<codec_items::by_member> other;
};
BOOST_DESCRIBE_STRUCT(opaque_elsewhere, (), (behind, other))

}  // namespace

template <>
inline constexpr auto penstock::may_be_absent<job_grown> = penstock::members(&job_grown::label);
template <>
inline constexpr auto penstock::may_be_absent<derived> = penstock::members(&derived::name);
template <>
inline constexpr auto penstock::may_be_absent<base> = penstock::all_members;

TEST_CASE("members that changed places keep their values") {
  const auto read = as<job_exchanged>(job_1{1, 2, "x"});
  CHECK(read.n == 1);
  CHECK(read.ms == 2);
  CHECK(read.name == "x");
}

TEST_CASE("members that are new have what a fresh object holds, where they may be absent") {
  const auto read = as<job_grown>(job_1{1, 2, "x"});
  CHECK(read.n == 1);
  CHECK(read.ms == 2);
  CHECK(read.name == "x");
  CHECK(read.label == "none");
  CHECK(!read.priority);
  CHECK(read.owner == "nobody");
}

TEST_CASE("any other absent member is refused by its name, with the nearest one that nobody knows") {
  CHECK_THAT(refusal<job_renamed>(job_1{}), Contains("'millis' is missing, and 'ms' is there"));
  CHECK_THAT(refusal<job_1>(opaque_gone{}), Contains("'n' is missing, and 'behind' is there"));
  CHECK_THAT(refusal<std::vector<square>>(std::vector<circle>{{}, {}}), Contains("'[0].side' is missing"));
}

TEST_CASE("members that are no more are ignored, and told once") {
  ps::read_notes notes;
  const auto read = as<std::vector<job_1>>(std::vector<job_grown>(3), &notes);
  CHECK(read.size() == 3);
  CHECK(notes.ignored_members == std::vector<std::string>{"[0].label", "[0].priority", "[0].owner"});
  CHECK(!notes.without_schema);
}

TEST_CASE("members of described bases count, each for itself where one name is there twice") {
  derived_before was;
  was.base::id = 1;
  was.weight = 2;
  was.id = 3;
  const auto read = as<derived>(was);
  CHECK(read.base::id == 1);
  CHECK(read.weight == 2);
  CHECK(read.id == 3);
  CHECK(read.name == "new");
  CHECK(as<base>(only_id{4}).weight == 7);
}

TEST_CASE("numbers are converted where they fit, and refused with their value where not") {
  CHECK(as<std::int64_t>(std::int32_t{-7}) == -7);
  CHECK(as<std::uint8_t>(255L) == 255);
  CHECK(as<double>(3) == 3.0);
  CHECK_THAT(refusal<std::uint8_t>(256), Contains("is 256, which u8 can't hold"));
  CHECK_THAT(refusal<unsigned>(-1), Contains("is -1, which u32 can't hold"));
  CHECK_THAT((refusal<std::vector<std::int8_t>>(std::vector<int>{1, 1000})), Contains("'[1]' is 1000"));
  CHECK_THAT(refusal<int>(std::string{"7"}), Contains("was a text and should be a number (i32)"));
}

TEST_CASE("enums go by the names of their enumerators") {
  CHECK(as<colour>(light::red) == colour::red);
  CHECK(as<colour>(light::green) == colour::green);
  CHECK_THAT(refusal<colour>(light::blue), Contains("is 'blue', which is no enumerator any more"));
  CHECK_THAT(refusal<colour>(static_cast<light>(77)), Contains("is 77, which no enumerator"));
  CHECK(as<colour>(std::int64_t{-5}) == colour::green);
  CHECK_THAT(refusal<colour>(4), Contains("is 4, which is no enumerator"));
  CHECK(as<int>(colour::red) == 100000);
  // Of an enum that is as it was any number is taken: it may be made of flags.
  CHECK(as<flags_2>(flags_1{static_cast<flags>(3)}).set == static_cast<flags>(3));
}

TEST_CASE("sequences become sequences of another kind") {
  const std::vector<int> three{3, 1, 2};
  CHECK(as<std::list<long>>(three) == std::list<long>{3, 1, 2});
  CHECK(as<std::deque<int>>(three) == std::deque<int>{3, 1, 2});
  CHECK(as<std::set<int>>(three) == std::set<int>{1, 2, 3});
  CHECK(as<std::array<double, 3>>(three) == std::array<double, 3>{3, 1, 2});
  CHECK(as<std::vector<int>>(std::array<int, 3>{3, 1, 2}) == three);
  CHECK_THAT((refusal<std::array<int, 2>>(three)), Contains("has 3 elements and should have 2"));
  CHECK_THAT(refusal<std::set<long>>(std::vector<int>{5, 5}), Contains("'[1]' is there a second time"));
  const std::map<int, std::string> table{{1, "one"}, {2, "two"}};
  using pairs = std::vector<std::pair<long, std::string>>;
  CHECK(as<pairs>(table) == pairs{{1, "one"}, {2, "two"}});
  CHECK(as<std::map<int, std::string>>(pairs{{2, "two"}, {1, "one"}}) == table);
  CHECK_THAT((refusal<std::map<int, std::string>>(pairs{{2, "two"}, {2, "one"}})), Contains("second time"));
  CHECK(as<std::vector<std::optional<bool>>>(std::vector<bool>{true, false}).at(0) == true);
}

TEST_CASE("elements that take no byte in one form may take some in the other") {
  using codec_items::nothing;
  CHECK(as<std::array<nothing, 2>>(std::vector<nothing>(2)).size() == 2);
  CHECK(as<std::vector<nothing>>(std::array<nothing, 2>{}).size() == 2);
  CHECK(as<std::list<std::optional<nothing>>>(std::vector<nothing>(3)).size() == 3);
}

TEST_CASE("a value becomes an optional one, and an optional one a value where it is there") {
  CHECK(as<std::optional<long>>(5) == 5);
  CHECK(as<long>(std::optional<int>{5}) == 5);
  CHECK(*as<std::shared_ptr<long>>(std::optional<int>{5}) == 5);
  CHECK(as<std::optional<long>>(std::optional<int>{}) == std::nullopt);
  CHECK_THAT(refusal<long>(std::optional<int>{}), Contains("is empty and must be a number (i64)"));
}

TEST_CASE("parts keep their places and their number") {
  CHECK(as<std::tuple<long, std::string>>(std::pair<int, std::string>{1, "a"}) ==
        std::tuple<long, std::string>{1, "a"});
  CHECK_THAT((refusal<std::tuple<int>>(std::pair<int, int>{1, 2})), Contains("was 2 parts"));
}

TEST_CASE("texts keep their characters") {
  CHECK((as<std::u8string>(std::string{"a\xc3\xa4"}) == u8"a\u00e4"));
  CHECK_THAT(refusal<std::u16string>(std::string{"a"}), Contains("was a text and should be a text"));
}

TEST_CASE("durations and times change their period where they stay what they are") {
  CHECK(as<std::chrono::nanoseconds>(3ms) == 3ms);
  CHECK(as<std::chrono::seconds>(7000ms) == 7s);
  CHECK_THAT(refusal<std::chrono::seconds>(7001ms), Contains("is 7001 times 1/1000 s"));
  CHECK(as<std::chrono::duration<double>>(250ms).count() == 0.25);
  CHECK_THAT(refusal<std::chrono::seconds>(7), Contains("should be a duration"));
  using in_seconds = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;
  CHECK(as<std::chrono::system_clock::time_point>(in_seconds{5s}).time_since_epoch() == 5s);
  CHECK_THAT(refusal<std::chrono::steady_clock::time_point>(in_seconds{5s}), Contains("clock"));
}

TEST_CASE("types that contain themselves are read") {
  node_1 was;
  was.value = 1;
  was.children.resize(2);
  was.children[1].value = 2;
  was.children[1].next = std::make_unique<node_1>();
  was.children[1].next->value = 3;
  const auto read = as<node_2>(was);
  CHECK(read.value == 1.0);
  CHECK(read.children.back().next->value == 3.0);
}

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

TEST_CASE("a type with a serialize function is read by it, wherever it stands") {
  with_opaque was{{"n", {1, 2}}, 5};
  const auto read = as<opaque_moved>(was);
  CHECK(read.behind == 5);
  CHECK(read.own == was.own);
  CHECK(as<opaque_elsewhere>(was).behind == 5);
  CHECK_THAT(refusal<opaque_gone>(was), Contains("'own' is a codec_items::by_member of version 2"));
}

TEST_CASE("an older version of such a type is read, a newer one is refused") {
  auto written = *ps::schema_of<codec_items::by_member>();
  // As version 1 wrote it: without the last number.
  auto bytes = ps::encode(codec_items::by_member{"n", {1}});
  bytes[1] = std::byte{1};
  bytes.resize(bytes.size() - sizeof(int));
  const auto place = written.description.find(R"("version":2)");
  written.description.replace(place, 11, R"("version":1)");
  written.hash = "another";
  CHECK(ps::decode<codec_items::by_member>(bytes, written) == codec_items::by_member{"n", {1}});
  written.description.replace(place, 11, R"("version":3)");
  CHECK_THROWS_WITH(ps::decode<codec_items::by_member>(bytes, written), Contains("up to version 2"));
}

TEST_CASE("what is left over, or too short, is refused in every form") {
  auto bytes = ps::encode(job_1{1, 2, "x"});
  const auto written = ps::schema_of<job_1>();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_THROWS_AS(ps::decode<job_grown>({bytes.data(), length}, *written), ps::codec_error);
  }
  bytes.push_back(std::byte{0});
  CHECK_THROWS_WITH(ps::decode<job_grown>(bytes, *written), Contains("1 bytes are left over"));
  CHECK_THROWS_WITH(ps::decode<job_grown>(bytes, ps::item_schema{"0123456789abcdef", ""}),
                    Contains("described nowhere"));
}

TEST_CASE("a description that goes in circles or asks for too much comes to an end") {
  const auto refused = [](const std::string& description, const std::vector<std::byte>& bytes) {
    CHECK_THROWS_AS(ps::decode<std::vector<node_2>>(bytes, ps::item_schema{"x", description}),
                    ps::codec_error);
    CHECK_THROWS_AS(ps::decode<int>(bytes, ps::item_schema{"x", description}), ps::codec_error);
  };
  const std::vector<std::byte> few(20, std::byte{1});
  refused(R"({"format":1,"is":0,"types":[[["next",0]]]})", few);
  refused(R"({"format":1,"is":{"list":0},"types":[[["a",0],["b",0]]]})", few);
  refused(R"({"format":1,"is":{"array":{"parts":[]},"count":18446744073709551615},"types":[]})", few);
  refused(R"({"format":1,"is":{"list":{"array":{"parts":[]},"count":18446744073709551615}},"types":[]})",
          few);
  // Each type holds the next one twice: 2 to the 100th values, none of which takes a byte.
  std::string doubling = R"({"format":1,"is":{"list":0},"types":[)";
  for (int i = 0; i < 100; ++i) {
    const auto next = std::to_string(i + 1);
    doubling += R"([["a",)" + next + R"(],["b",)" + next + "]],";
  }
  refused(doubling + "[]]}", few);
  std::string chain = R"({"format":1,"is":{"list":0},"types":[)";
  for (int i = 0; i < 30'000; ++i) chain += R"([["next",{"optional":)" + std::to_string(i + 1) + "}]],";
  refused(chain + "[]]}", std::vector<std::byte>(50'000, std::byte{1}));
}

TEST_CASE("an archive without a schema is taken on trust where its type has the same name") {
  const auto bytes = ps::encode(job_1{1, 2, "x"});
  ps::read_notes notes;
  CHECK(ps::restore<job_1>({bytes, ps::type_name<job_1>()}, &notes).ms == 2);
  CHECK(notes.without_schema);
  CHECK(ps::restore<job_1>({bytes, ""}).ms == 2);
  CHECK_THROWS_WITH(ps::restore<job_1>({bytes, "other"}),
                    Contains("it is a other, written without a schema"));
  CHECK(ps::restore<job_exchanged>({bytes, "other", ps::schema_of<job_1>().get()}).ms == 2);
}

TEST_CASE("an erased codec restores an item of another form") {
  const auto bytes = ps::encode(job_1{1, 2, "x"});
  const ps::item_codec& codec = ps::item_codec_of<job_exchanged>();
  const auto written = ps::schema_of<job_1>();
  ps::batch read = codec.restore({bytes, "job_1", written.get()}, nullptr);
  REQUIRE(read.size() == 1);
  CHECK(read.items<job_exchanged>()[0].ms == 2);
  CHECK(codec.schema()->hash == ps::schema_of<job_exchanged>()->hash);
}
