#include <penstock/actors/crew.hpp>

#include <penstock_test/catch.hpp>

using penstock::crew;

namespace {

crew of_three() {
  crew made{2};
  for (unsigned number = 0; number < 3; ++number) made.add(number, number, nullptr);
  return made;
}

}  // namespace

TEST_CASE("work goes to the worker with the fewest pieces") {
  crew all = of_three();
  all.at(0).pieces = 1;
  all.at(2).pieces = 1;
  CHECK(all.free_worker()->number == 1);
  all.at(1).pieces = 2;
  CHECK(all.free_worker()->number == 0);
}

TEST_CASE("a worker that is full, suspended or leaving gets no work") {
  crew all = of_three();
  all.at(0).pieces = 2;
  all.at(1).suspended = true;
  all.at(2).leaving = true;
  CHECK(all.free_worker() == nullptr);
  CHECK(all.free_count() == 0);
  all.at(0).pieces = 1;
  CHECK(all.free_worker()->number == 0);
  CHECK(all.free_count() == 1);
}

TEST_CASE("a keyed line is served by its own worker or by nobody") {
  crew all = of_three();
  CHECK(all.free_worker(1)->number == 1);
  all.at(1).pieces = 2;
  CHECK(all.free_worker(1) == nullptr);
  CHECK(all.free_worker(7) == nullptr);
}

TEST_CASE("a suspended worker goes on once nothing of its is under way") {
  crew all = of_three();
  CHECK(all.suspended_worker() == nullptr);
  all.at(1).suspended = true;
  all.at(1).pieces = 1;
  CHECK(all.suspended_worker() == nullptr);
  all.at(1).pieces = 0;
  CHECK(all.suspended_worker()->number == 1);
}

TEST_CASE("of suspended workers the one with the oldest item goes on first") {
  crew all = of_three();
  for (unsigned number = 0; number < 3; ++number) {
    all.at(number).suspended = true;
    all.at(number).sequence = 30 - 10 * number;
  }
  CHECK(all.suspended_worker()->number == 2);
}

TEST_CASE("those on the way out still count until they have gone") {
  crew all = of_three();
  all.at(2).leaving = true;
  all.at(2).pieces = 1;
  CHECK(all.staying() == 2);
  CHECK(all.busy() == 1);
  CHECK(all.members().size() == 3);
  all.remove(2);
  CHECK(all.members().size() == 2);
  CHECK(all.busy() == 0);
  all.remove(0);
  all.remove(1);
  CHECK(all.empty());
}
