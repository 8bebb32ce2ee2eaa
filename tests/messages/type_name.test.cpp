#include <penstock/messages/type_name.hpp>

#include <penstock_test/catch.hpp>

#include <string>
#include <vector>

namespace ps = penstock;

namespace some_place {
struct thing {};
}  // namespace some_place

TEST_CASE("a type's name is readable", "[messages][type_name]") {
  CHECK(ps::type_name<int>() == "int");
  CHECK(ps::type_name<some_place::thing>() == "some_place::thing");
  CHECK(ps::type_name<std::string>() == "std::string");
  CHECK(ps::type_name<std::vector<std::string>>().find("basic_string") == std::string::npos);
}

TEST_CASE("a type's name stays where it is", "[messages][type_name]") {
  CHECK(&ps::type_name<int>() == &ps::type_name<int>());
}
