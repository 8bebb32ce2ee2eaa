// The types of the standard library, one a line: each is read back as it is and by its schema, or the
// compiler refuses it.

#include <penstock/messages/schema_builder.hpp>

#include <penstock_test/catch.hpp>

#include <any>
#include <array>
#include <bitset>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <chrono>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/json_reader.hpp>
#include <penstock/messages/schema_text.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

template <class T>
struct before {
  T value{};
  std::int32_t n = 0;
  BOOST_DESCRIBE_CLASS(before, (), (value, n), (), ())
};
template <class T>
struct after {
  std::int64_t n = 0;
  T value{};
  BOOST_DESCRIBE_CLASS(after, (), (n, value), (), ())
};

template <class T>
bool equal(const T& a, const T& b) {
  if constexpr (ps::detail::smart_pointer<T>) {
    return (a == nullptr) == (b == nullptr) && (a == nullptr || *a == *b);
  } else {
    return a == b;
  }
}

/// As its own bytes, by its schema, and, unless JSON has no word for it, as what is shown.
template <class T>
void holds(T value, bool json = true) {
  INFO(ps::type_name<T>());
  const auto bytes = ps::encode(value);
  CHECK(equal(ps::decode<T>(bytes), value));
  const auto schema = ps::schema_of<T>();
  CHECK(ps::detail::schema_text(ps::detail::parse_schema(schema->description)) == schema->description);
  before<T> was;
  was.value = std::move(value);
  was.n = 7;
  const auto is = ps::decode<after<T>>(ps::encode(was), *ps::schema_of<before<T>>());
  CHECK(equal(is.value, was.value));
  CHECK(is.n == 7);
  if (json) CHECK(equal(ps::from_json<before<T>>(ps::to_json(was)).value, was.value));
}

template <class T>
void holds_limits() {
  holds(std::numeric_limits<T>::min());
  holds(std::numeric_limits<T>::lowest());
  holds(std::numeric_limits<T>::max());
}

enum class truth : bool { no, yes };
BOOST_DESCRIBE_ENUM(truth, no, yes)
enum class letter : char { below = -2, a = 'a' };
BOOST_DESCRIBE_ENUM(letter, below, a)
enum class letter_2 : std::int64_t { a = 1, below = 2 };
BOOST_DESCRIBE_ENUM(letter_2, a, below)
enum class tiny : signed char { below = -128, above = 127 };
BOOST_DESCRIBE_ENUM(tiny, below, above)
enum class tiny_2 : std::uint16_t { above, below };
BOOST_DESCRIBE_ENUM(tiny_2, above, below)
enum class wide_letter : wchar_t { below = -2, a = L'a' };
BOOST_DESCRIBE_ENUM(wide_letter, below, a)
enum class large : std::uint64_t { none = 0, all = std::numeric_limits<std::uint64_t>::max() };
BOOST_DESCRIBE_ENUM(large, none, all)
enum unscoped { unscoped_none, unscoped_one };
BOOST_DESCRIBE_ENUM(unscoped, unscoped_none, unscoped_one)
enum class without_names : std::int8_t {};

template <class To, class From>
To as(From item) {
  return ps::decode<To>(ps::encode(item), *ps::schema_of<From>());
}

struct own_clock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<own_clock>;
};
struct other_clock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<other_clock>;
};

template <class... T>
constexpr bool none_is_written = !(ps::detail::has_serialize_or_description<T> || ...);

}  // namespace

TEST_CASE("numbers are read back to their limits") {
  holds_limits<bool>();
  holds_limits<signed char>();
  holds_limits<unsigned char>();
  holds_limits<short>();
  holds_limits<unsigned short>();
  holds_limits<int>();
  holds_limits<unsigned>();
  holds_limits<long>();
  holds_limits<unsigned long>();
  holds_limits<long long>();
  holds_limits<unsigned long long>();
  holds_limits<float>();
  holds_limits<double>();
  holds(std::numeric_limits<double>::infinity());
  holds(std::numeric_limits<double>::denorm_min());
  holds('x');
  holds(static_cast<char>(0x7f));
  holds(static_cast<char>(0xe4), false);  // no text by itself
  holds(std::byte{0xff});
  holds_limits<char8_t>();
  holds_limits<char16_t>();
  holds_limits<char32_t>();
  holds_limits<wchar_t>();
}

TEST_CASE("enums are read back, whatever number is below them") {
  holds(truth::yes);
  holds(letter::below, false);  // shown as a character
  holds(letter::a);
  holds(tiny::below);
  holds(tiny::above);
  holds(wide_letter::below);
  holds(wide_letter::a);
  holds(large::all);
  holds(unscoped_one);
  holds(static_cast<without_names>(-7));
}

TEST_CASE("negative enumerators go by their names, whatever number is below them") {
  CHECK(as<letter_2>(letter::below) == letter_2::below);
  CHECK(as<letter_2>(letter::a) == letter_2::a);
  CHECK(as<letter>(letter_2::below) == letter::below);
  CHECK(as<tiny_2>(tiny::below) == tiny_2::below);
  CHECK(as<tiny>(tiny_2::below) == tiny::below);
  CHECK(as<letter_2>(wide_letter::below) == letter_2::below);
  CHECK(as<wide_letter>(letter_2::below) == wide_letter::below);
  // Whether a char has a sign is the machine's: so none is in the schema.
  CHECK_THAT(ps::schema_of<letter>()->description, Contains(R"(["below",254])"));
  CHECK_THAT(ps::schema_of<tiny>()->description, Contains(R"(["below",-128])"));
  CHECK_THAT(ps::schema_of<wide_letter>()->description, Contains(R"(["below",4294967294])"));
  // Nor in one of a program that wrote it down.
  auto with_sign = ps::schema_of<letter>()->description;
  with_sign.replace(with_sign.find("254"), 3, "-2");
  CHECK(ps::decode<letter_2>(ps::encode(letter::below), ps::item_schema{"another", with_sign}) ==
        letter_2::below);
}

TEST_CASE("of an enum of truth values no other byte is read") {
  const std::vector<std::byte> bytes{ps::archive_format, std::byte{2}};
  CHECK_THROWS_WITH(ps::decode<truth>(bytes), Contains("a truth value is 2"));
  CHECK_THROWS_WITH(ps::decode<bool>(bytes), Contains("a truth value is 2"));
  const std::vector<std::byte> list{ps::archive_format, std::byte{1}, std::byte{2}};
  CHECK_THROWS_WITH(ps::decode<std::vector<truth>>(list), Contains("a truth value is 2"));
  holds(std::vector<truth>{truth::no, truth::yes});
}

TEST_CASE("texts are read back, whatever their characters are") {
  holds(std::string{"text \xc3\xa4"});
  holds(std::u8string{u8"text \u00e4"});
  holds(std::u16string{u"text \u00e4"});
  holds(std::u32string{U"text \u00e4"});
  holds(std::wstring{L"text \u00e4"});
  holds(std::string{});
}

TEST_CASE("containers are read back") {
  holds(std::vector<int>{1, 2});
  holds(std::vector<bool>{true, false, true});
  holds(std::vector<std::vector<std::string>>{{"a"}, {}});
  holds(std::deque<int>{1, 2});
  holds(std::list<std::string>{"a", "b"});
  holds(std::set<int>{1, 2});
  holds(std::multiset<int>{1, 1});
  holds(std::map<int, std::string>{{1, "a"}});
  holds(std::map<std::string, int>{{"a", 1}});
  holds(std::multimap<int, int>{{1, 1}, {1, 1}});
  holds(std::unordered_set<std::string>{"a", "b"});
  holds(std::unordered_multiset<int>{1, 1});
  holds(std::unordered_map<std::string, int>{{"a", 1}, {"b", 2}});
  holds(std::unordered_multimap<int, int>{{1, 1}, {1, 1}});
  holds(std::array<int, 3>{1, 2, 3});
  holds(std::array<int, 0>{});
  holds(std::array<std::string, 2>{"a", "b"});
  holds(std::vector<std::array<int, 0>>(3));
}

TEST_CASE("what holds other values is read back") {
  holds(std::pair{1, std::string{"a"}});
  holds(std::tuple{1, 2.5, std::string{"a"}});
  holds(std::tuple<>{});
  holds(std::optional{5});
  holds(std::optional<int>{});
  holds(std::optional<std::optional<int>>{std::optional{5}});
  holds(std::optional<std::optional<int>>{std::nullopt});
  holds(std::optional<std::optional<int>>{std::in_place}, false);  // null is the outer one's
  holds(std::variant<std::monostate, int, std::string>{});
  holds(std::variant<std::monostate, int, std::string>{7});
  holds(std::variant<int, double>{7.5});
  holds(std::variant<int, int>{std::in_place_index<1>, 7}, false);  // JSON has no numbers of alternatives
  holds(std::make_unique<int>(5));
  holds(std::unique_ptr<std::string>{});
  holds(std::make_shared<std::string>("a"));
  holds(std::shared_ptr<const int>{std::make_shared<const int>(5)});
  CHECK(as<std::optional<std::optional<long>>>(std::optional{5}) == std::optional{5});
  CHECK(as<std::optional<long>>(std::optional<std::optional<int>>{std::optional{5}}) == 5);
}

TEST_CASE("durations and times are read back") {
  holds(-5ns);
  holds(std::chrono::hours{7});
  holds(std::chrono::duration<double>{0.25});
  holds(std::chrono::duration<float, std::ratio<1, 3>>{0.25F});
  holds(std::chrono::days{1});
  holds(std::chrono::system_clock::time_point{5s});
  holds(std::chrono::steady_clock::time_point{5s});
  holds(std::chrono::sys_days{std::chrono::days{20000}});
  holds(std::filesystem::file_time_type{5s});
  holds(own_clock::time_point{5ms});
}

TEST_CASE("times of clocks that begin on other days are not taken for each other") {
  CHECK(ps::schema_of<own_clock::time_point>()->hash != ps::schema_of<other_clock::time_point>()->hash);
  CHECK_THROWS_WITH(as<other_clock::time_point>(own_clock::time_point{5ms}), Contains("clock"));
  CHECK_THROWS_WITH(as<std::chrono::system_clock::time_point>(std::filesystem::file_time_type{5s}),
                    Contains("clock"));
}

TEST_CASE("what nobody could write down is refused by the compiler") {
  STATIC_REQUIRE(
      none_is_written<std::filesystem::path, std::string_view, std::span<int>, std::any,
                      std::function<void()>, std::bitset<8>, std::complex<double>, std::weak_ptr<int>,
                      std::reference_wrapper<int>, std::forward_list<int>, std::chrono::year_month_day>);
  STATIC_REQUIRE_FALSE(ps::may_be_written<int*>);
  STATIC_REQUIRE_FALSE(ps::may_be_written<int&>);
  STATIC_REQUIRE_FALSE(ps::may_be_written<void (*)()>);
}
