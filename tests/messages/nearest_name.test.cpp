#include <penstock/messages/nearest_name.hpp>

#include <penstock_test/catch.hpp>

#include <string>
#include <vector>

namespace ps = penstock;

TEST_CASE("the distance of two words is the number of letters to change") {
  CHECK(ps::edit_distance("", "") == 0);
  CHECK(ps::edit_distance("url", "url") == 0);
  CHECK(ps::edit_distance("url", "uri") == 1);
  CHECK(ps::edit_distance("url", "") == 3);
  CHECK(ps::edit_distance("kitten", "sitting") == 3);
  CHECK(ps::edit_distance("timeout", "time_out") == 1);
  CHECK(ps::edit_distance(std::string(1000, 'a'), std::string(1000, 'b')) == 64);
}

TEST_CASE("the nearest name is the first of those that are most alike") {
  const std::vector<std::string> names{"address", "uri", "ur"};
  CHECK(*ps::nearest_name("url", names) == "uri");
  CHECK(*ps::nearest_name("adress", names) == "address");
  CHECK(ps::nearest_name("url", {}) == nullptr);
}
