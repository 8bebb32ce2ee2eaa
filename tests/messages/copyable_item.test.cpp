#include <penstock/messages/copyable_item.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

using box = std::unique_ptr<int>;

struct shelf {
  std::vector<box> boxes;
};

}  // namespace

template <>
inline constexpr bool ps::copyable_item<shelf> = false;

TEST_CASE("what the language can copy is a copyable item") {
  CHECK(ps::copyable_item<int>);
  CHECK(ps::copyable_item<std::string>);
  CHECK(ps::copyable_item<std::vector<std::string>>);
  CHECK(ps::copyable_item<std::map<int, std::vector<double>>>);
  CHECK_FALSE(ps::copyable_item<box>);
  CHECK_FALSE(ps::copyable_item<std::optional<box>>);
}

TEST_CASE("a container is a copyable item if what is in it is") {
  CHECK_FALSE(ps::copyable_item<std::vector<box>>);
  CHECK_FALSE(ps::copyable_item<std::vector<std::vector<box>>>);
  CHECK_FALSE(ps::copyable_item<std::map<int, box>>);
}

TEST_CASE("a program can say that a struct is not a copyable item") { CHECK_FALSE(ps::copyable_item<shelf>); }
