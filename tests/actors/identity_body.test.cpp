#include <penstock/actors/identity_body.hpp>

#include <memory>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::ints;
using penstock_test::sequence;
using penstock_test::values_of;

namespace {

struct one_call {
  explicit one_call(std::uint32_t room, bool count = true) {
    work.in = ints(0, 5);
    work.room = room;
    work.count_outputs = count;
    ps::run_state run;
    const std::string stage = "relay";
    ps::worker_context context{run, stage, 0};
    ps::identity_body::make()->run(work, context);
  }
  ps::body_work work;
};

}  // namespace

TEST_CASE("an identity passes items on where they lie") {
  ps::batch whole = ints(0, 5);
  const int* place = whole.items<int>();
  ps::run_state run;
  const std::string stage = "relay";
  ps::worker_context context{run, stage, 0};
  ps::body_work work;
  work.in = std::move(whole);
  work.room = 5;
  ps::identity_body::make()->run(work, context);
  CHECK(work.out.items<int>() == place);
  CHECK(work.in.empty());
}

TEST_CASE("an identity takes no more than there is room for") {
  one_call call{3};
  CHECK(values_of<int>(call.work.out) == sequence(0, 3));
  CHECK(values_of<int>(call.work.in) == sequence(3, 2));
}

TEST_CASE("an identity says that each item has one output") {
  CHECK(one_call{3}.work.one_each);
  CHECK(one_call{3}.work.counts.empty());
}
