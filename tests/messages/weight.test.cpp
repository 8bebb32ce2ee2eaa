#include <penstock/messages/outcome.hpp>
#include <penstock/messages/weight.hpp>

#include <penstock_test/catch.hpp>

#include <boost/describe/class.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ps = penstock;

namespace {

struct frame {
  std::vector<std::byte> pixels;
  int number = 0;
};
BOOST_DESCRIBE_STRUCT(frame, (), (pixels, number))

struct undescribed {
  std::vector<int> unknown;
};

struct on_device {
  std::size_t bytes = 0;
};
std::size_t weight(const on_device& item) { return item.bytes; }

struct tree_of_itself : std::vector<int> {
  using value_type = tree_of_itself;
};

}  // namespace

TEST_CASE("plain values weigh their size, always", "[messages][weight]") {
  CHECK(ps::weight_of(7) == sizeof(int));
  STATIC_REQUIRE(ps::fixed_weight<int>);
  STATIC_REQUIRE(ps::fixed_weight<std::pair<int, double>>);
  STATIC_REQUIRE(ps::fixed_weight<std::array<std::optional<int>, 4>>);
  STATIC_REQUIRE_FALSE(ps::fixed_weight<std::string>);
  STATIC_REQUIRE_FALSE(ps::fixed_weight<std::array<std::string, 4>>);
  STATIC_REQUIRE_FALSE(ps::fixed_weight<std::unique_ptr<int>>);
}

TEST_CASE("the user's own weight has the say, inside containers too", "[messages][weight]") {
  CHECK(ps::weight_of(on_device{1'000'000}) == 1'000'000);
  STATIC_REQUIRE_FALSE(ps::fixed_weight<on_device>);
  STATIC_REQUIRE_FALSE(ps::fixed_weight<std::array<on_device, 2>>);
  const std::vector<on_device> two{{1'000}, {2'000}};
  CHECK(ps::weight_of(two) == sizeof(two) + 3'000);
}

namespace {
struct unseen {
  std::string text;
};
}  // namespace

TEST_CASE("it is known where what an item owns is not seen", "[messages][weight]") {
  STATIC_REQUIRE(ps::weighs_sizeof_only<unseen>());
  STATIC_REQUIRE(ps::weighs_sizeof_only<std::vector<unseen>>());
  STATIC_REQUIRE_FALSE(ps::weighs_sizeof_only<int>());
  STATIC_REQUIRE_FALSE(ps::weighs_sizeof_only<std::string>());
  STATIC_REQUIRE_FALSE(ps::weighs_sizeof_only<on_device>());
  STATIC_REQUIRE_FALSE(ps::weighs_sizeof_only<std::vector<std::string>>());
}

TEST_CASE("an outcome weighs what its value weighs", "[messages][weight]") {
  const ps::outcome<std::string> of{std::string(1'000, 'x')};
  CHECK(ps::weight_of(of) == sizeof(of) + 1'001);
  CHECK(ps::weight_of(ps::outcome<std::string>{}) == sizeof(of));
}

TEST_CASE("strings weigh their text when it lies outside", "[messages][weight]") {
  CHECK(ps::weight_of(std::string{"short"}) == sizeof(std::string));
  CHECK(ps::weight_of(std::string(1'000, 'x')) == sizeof(std::string) + 1'001);
}

TEST_CASE("containers weigh what is in them", "[messages][weight]") {
  const std::vector<std::uint64_t> numbers(100);
  CHECK(ps::weight_of(numbers) == sizeof(numbers) + 800);
  const std::vector<std::string> words(3, std::string(100, 'w'));
  CHECK(ps::weight_of(words) == sizeof(words) + 3 * (sizeof(std::string) + 101));
  const std::map<int, std::string> table{{1, std::string(100, 't')}};
  CHECK(ps::weight_of(table) > sizeof(table) + sizeof(std::pair<const int, std::string>) + 100);
  const std::deque<bool> flags(10);
  CHECK(ps::weight_of(flags) >= sizeof(flags) + 10);
  CHECK(ps::weight_of(std::vector<bool>(10)) > sizeof(std::vector<bool>));
}

TEST_CASE("a copy weighs what the original weighs", "[messages][weight]") {
  std::vector<int> roomy;
  roomy.reserve(1'000);
  roomy.push_back(1);
  const auto copy = roomy;
  CHECK(ps::weight_of(copy) == ps::weight_of(roomy));
}

TEST_CASE("pointers weigh what they point to, once", "[messages][weight]") {
  CHECK(ps::weight_of(std::unique_ptr<int>{}) == sizeof(void*));
  CHECK(ps::weight_of(std::make_unique<std::uint64_t>(1)) == sizeof(void*) + 8);
  const auto shared = std::make_shared<const std::vector<char>>(1'000);
  CHECK(ps::weight_of(shared) == sizeof(shared) + sizeof(std::vector<char>) + 1'000);
}

TEST_CASE("optional, variant and tuple weigh what they hold now", "[messages][weight]") {
  using text = std::optional<std::string>;
  CHECK(ps::weight_of(text{}) == sizeof(text));
  CHECK(ps::weight_of(text{std::string(100, 'o')}) == sizeof(text) + 101);
  using either = std::variant<int, std::string>;
  CHECK(ps::weight_of(either{1}) == sizeof(either));
  CHECK(ps::weight_of(either{std::string(100, 'v')}) == sizeof(either) + 101);
  const std::tuple<int, std::string> parts{1, std::string(100, 'p')};
  CHECK(ps::weight_of(parts) == sizeof(parts) + 101);
}

TEST_CASE("a described struct weighs its members, another one its size", "[messages][weight]") {
  CHECK(ps::weight_of(frame{std::vector<std::byte>(5'000), 1}) == sizeof(frame) + 5'000);
  CHECK(ps::weight_of(undescribed{std::vector<int>(100)}) == sizeof(undescribed));
}

TEST_CASE("a container of its own type is not walked", "[messages][weight]") {
  CHECK(ps::weight_of(tree_of_itself{}) == sizeof(tree_of_itself));
}
