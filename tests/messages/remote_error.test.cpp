#include <penstock/messages/codec.hpp>
#include <penstock/messages/remote_error.hpp>

#include <penstock_test/catch.hpp>

#include <stdexcept>

#include <penstock/messages/failure.hpp>

namespace ps = penstock;

namespace {

struct other {};
struct mixed : std::out_of_range, other {
  using std::out_of_range::out_of_range;
};

/// As it arrives in another process.
ps::remote_error sent(const std::exception_ptr& thrown) {
  return ps::remote_error{ps::decode<ps::remote_exception>(ps::encode(ps::describe_for_others(thrown)))};
}

}  // namespace

TEST_CASE("an exception from another process is matched by the names of its type and its bases",
          "[messages][remote_error]") {
  const auto arrived = sent(std::make_exception_ptr(mixed{"too far"}));
  CHECK(arrived.is<mixed>());
  CHECK(arrived.is<other>());
  CHECK(arrived.is<std::out_of_range>());
  CHECK(arrived.is<std::exception>());
  CHECK_FALSE(arrived.is<std::runtime_error>());
}

TEST_CASE("an exception from another process is described as what it was there", "[messages][remote_error]") {
  const auto arrived = sent(std::make_exception_ptr(std::out_of_range{"too far"}));
  const auto told = ps::describe_exception(std::make_exception_ptr(arrived));
  CHECK(told.type == "std::out_of_range");
  CHECK(told.text == "too far");
}

TEST_CASE("what is no std::exception arrives too", "[messages][remote_error]") {
  CHECK(sent(std::make_exception_ptr(std::string{"words"})).text() == "words");
  CHECK(sent(std::make_exception_ptr(7)).type() == "int");
}

TEST_CASE("who asks what was thrown is not told what it travels in", "[messages][remote_error]") {
  const auto arrived = std::make_exception_ptr(sent(std::make_exception_ptr(std::out_of_range{"too far"})));
  CHECK(ps::was_thrown<std::out_of_range>(arrived));
  CHECK(ps::was_thrown<std::logic_error>(arrived));
  CHECK(ps::was_thrown<std::exception>(arrived));
  CHECK(ps::was_thrown<ps::remote_error>(arrived));
  CHECK_FALSE(ps::was_thrown<std::runtime_error>(arrived));
  CHECK_FALSE(ps::was_thrown<ps::error>(arrived));
  const auto own = std::make_exception_ptr(std::out_of_range{"too far"});
  CHECK(ps::was_thrown<std::logic_error>(own));
  CHECK_FALSE(ps::was_thrown<ps::remote_error>(own));
  CHECK_FALSE(ps::was_thrown<std::runtime_error>(std::make_exception_ptr(7)));
}
