#include <penstock/messages/outcome.hpp>

#include <penstock_test/catch.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ps = penstock;

TEST_CASE("an outcome is a value", "[messages][outcome]") {
  ps::outcome<std::string> o{"tile"};
  CHECK(o.has_value());
  CHECK(o.value() == "tile");
  CHECK(*o == "tile");
  CHECK(o->size() == 4);
  CHECK_THROWS_AS(o.failure(), ps::error);
}

TEST_CASE("an outcome is a failure", "[messages][outcome]") {
  const ps::outcome<int> o{ps::make_failure("decode", 2, std::make_exception_ptr(std::out_of_range{"bad"}))};
  CHECK_FALSE(o);
  CHECK(o.failure().stage == "decode");
  CHECK(o.value_or(5) == 5);
  CHECK_THROWS_AS(o.value(), std::out_of_range);
}

TEST_CASE("a failure whose exception was not kept throws penstock::error with all that is known",
          "[messages][outcome]") {
  const ps::outcome<int> o{ps::failure{"decode", 2, "bad_tile", "too dark", nullptr}};
  try {
    static_cast<void>(o.value());
    FAIL("there was a value");
  } catch (const ps::error& e) {
    CHECK(std::string{e.what()} == "stage 'decode' failed at attempt 2: bad_tile: too dark");
  }
}

TEST_CASE("an outcome of a move-only type moves", "[messages][outcome]") {
  std::vector<ps::outcome<std::unique_ptr<int>>> pieces;
  pieces.emplace_back(std::make_unique<int>(3));
  pieces.emplace_back(ps::failure{});
  auto taken = std::move(pieces.front()).value();
  CHECK(*taken == 3);
  CHECK_FALSE(pieces.back().has_value());
}
