#include <penstock/messages/schema_conversion.hpp>

#include <penstock_test/catch.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <penstock/messages/codec.hpp>

#include "versioned_items.hpp"

namespace ps = penstock;
using namespace versioned_items;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

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
  CHECK(notes.ignored_members == std::vector<std::string>{"[].label", "[].priority", "[].owner"});
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
  using perhaps = std::vector<std::optional<std::pair<int, std::string>>>;
  CHECK_THAT((refusal<std::map<int, std::string>>(perhaps{{{2, "two"}}, {{2, "one"}}})),
             Contains("was an optional value"));
  CHECK(as<std::vector<std::optional<bool>>>(std::vector<bool>{true, false}).at(0) == true);
}

TEST_CASE("elements that have become equal are refused, and never one of them lost") {
  struct any_case {
    bool operator()(const std::string& a, const std::string& b) const {
      return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                          [](char x, char y) { return std::tolower(x) < std::tolower(y); });
    }
  };
  struct by_length {
    std::size_t operator()(const std::string& text) const { return text.size(); }
    bool operator()(const std::string& a, const std::string& b) const { return a.size() == b.size(); }
  };
  using words = std::set<std::string>;
  const words two{"a", "A"};
  // Of the same schema: a comparison is no part of it.
  CHECK_THAT((refusal<std::set<std::string, any_case>>(two)), Contains("an element twice"));
  CHECK_THAT((refusal<std::unordered_set<std::string, by_length, by_length>>(two)),
             Contains("an element twice"));
  CHECK((as<std::set<std::string, any_case>>(words{"a", "B"})).size() == 2);
  const std::map<std::string, int> table{{"a", 1}, {"A", 2}};
  CHECK_THAT((refusal<std::map<std::string, long, any_case>>(table)), Contains("a key twice"));
  CHECK_THAT((refusal<std::unordered_map<std::string, int, by_length, by_length>>(table)),
             Contains("a key twice"));
  CHECK((as<std::multimap<std::string, long, any_case>>(table)).size() == 2);
  CHECK_THAT(refusal<std::set<double>>(std::vector<double>{0.0, -0.0}), Contains("an element twice"));
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
