#include <penstock/messages/error.hpp>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

TEMPLATE_TEST_CASE("every error of the library is a penstock::error with its text", "[messages][error]",
                   ps::graph_error, ps::option_error, ps::deadlock_error, ps::inactivity_error,
                   ps::aborted_error, ps::codec_error, ps::held_error) {
  try {
    throw TestType{"the text"};
  } catch (const ps::error& e) {
    CHECK(std::string{e.what()} == "the text");
  }
}
