#include <penstock/messages/failure.hpp>

#include <penstock_test/catch.hpp>

#include <stdexcept>
#include <string>

#include <penstock/messages/error.hpp>

namespace ps = penstock;

namespace {

struct odd_thing {
  int value;
};

}  // namespace

TEST_CASE("an exception is described by its own type and its text", "[messages][failure]") {
  const std::exception_ptr thrown = std::make_exception_ptr(std::out_of_range{"no such tile"});
  const auto told = ps::describe_exception(thrown);
  CHECK(told.type == "std::out_of_range");
  CHECK(told.text == "no such tile");
}

TEST_CASE("what is no std::exception is described by its type", "[messages][failure]") {
  const auto number = ps::describe_exception(std::make_exception_ptr(7));
  CHECK(number.type == "int");
  CHECK(number.text == "an exception of type int");
  const auto odd = ps::describe_exception(std::make_exception_ptr(odd_thing{1}));
  CHECK(odd.type.find("odd_thing") != std::string::npos);
}

TEST_CASE("thrown strings are their own text", "[messages][failure]") {
  CHECK(ps::describe_exception(std::make_exception_ptr(std::string{"plain"})).text == "plain");
  const char* words = "words";
  CHECK(ps::describe_exception(std::make_exception_ptr(words)).text == "words");
}

TEST_CASE("nested exceptions are told from the outside in", "[messages][failure]") {
  std::exception_ptr thrown;
  try {
    try {
      throw std::runtime_error{"connection reset"};
    } catch (...) {
      std::throw_with_nested(ps::codec_error{"no item"});
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  CHECK(ps::describe_exception(thrown).text == "no item: connection reset");
}

TEST_CASE("no exception has no description", "[messages][failure]") {
  CHECK(ps::describe_exception(nullptr).type.empty());
  CHECK(ps::describe_exception(nullptr).text.empty());
}

TEST_CASE("a failure keeps the original exception", "[messages][failure]") {
  const auto made = ps::make_failure("fetch", 3, std::make_exception_ptr(std::out_of_range{"gone"}));
  CHECK(made.stage == "fetch");
  CHECK(made.attempt == 3);
  CHECK(made.type == "std::out_of_range");
  CHECK_THROWS_AS(std::rethrow_exception(made.error), std::out_of_range);
}
