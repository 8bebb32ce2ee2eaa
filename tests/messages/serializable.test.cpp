#include <penstock/messages/serializable.hpp>

#include <penstock_test/catch.hpp>

#include <boost/describe/class.hpp>
#include <string>

namespace ps = penstock;

namespace {

struct base {
  int a = 1;
};
BOOST_DESCRIBE_STRUCT(base, (), (a))

struct derived : base {
  std::string b = "two";
};
BOOST_DESCRIBE_STRUCT(derived, (base), (b))

struct plain : base {};

struct handle {
  using local_only = void;
};
struct socket_of_others {};

}  // namespace

template <>
inline constexpr bool ps::local_only<socket_of_others> = true;

TEST_CASE("described types are known from others", "[messages][serializable]") {
  STATIC_REQUIRE(ps::described<base>);
  STATIC_REQUIRE(ps::described<derived>);
  STATIC_REQUIRE_FALSE(ps::described<plain>);
  STATIC_REQUIRE_FALSE(ps::described<int>);
}

TEST_CASE("members are visited with their names, those of bases first", "[messages][serializable]") {
  derived item;
  std::string names;
  ps::for_each_member(item, [&](const char* name, auto& member) {
    names += name;
    member = {};
  });
  CHECK(names == "ab");
  CHECK(item.a == 0);
  CHECK(item.b.empty());
}

TEST_CASE("local-only types and pointers are never written down", "[messages][serializable]") {
  STATIC_REQUIRE(ps::may_be_written<base>);
  STATIC_REQUIRE_FALSE(ps::may_be_written<handle>);
  STATIC_REQUIRE_FALSE(ps::may_be_written<socket_of_others>);
  STATIC_REQUIRE_FALSE(ps::may_be_written<const char*>);
  STATIC_REQUIRE_FALSE(ps::may_be_written<void (*)()>);
}
