#include <penstock/actors/work_list.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::ints;
using penstock_test::make_token;
using penstock_test::sequence;
using penstock_test::values_of;
using penstock_test::verdict;

namespace {

ps::piece piece_of(int first, int count, std::uint32_t slot = 0) {
  ps::piece work;
  work.items = ints(first, count);
  work.sequence = static_cast<std::uint64_t>(first);
  work.key_slot = slot;
  return work;
}

}  // namespace

TEST_CASE("items leave in the order in which they came, each with its number") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random{seed};
    ps::work_list list;
    int pushed = 0;
    int taken = 0;
    for (int i = 0; i < 60; ++i) {
      if (random() % 2 == 0) {
        const int count = 1 + static_cast<int>(random() % 9);
        list.push(piece_of(pushed, count));
        pushed += count;
      } else if (!list.empty(0)) {
        ps::piece work = list.take(0, 1 + static_cast<std::uint32_t>(random() % 6));
        REQUIRE(work.sequence == static_cast<std::uint64_t>(taken));
        REQUIRE(values_of<int>(work.items) == sequence(taken, static_cast<int>(work.items.size())));
        if (random() % 4 == 0) {
          list.put_back(std::move(work));
        } else {
          taken += static_cast<int>(work.items.size());
        }
      }
      REQUIRE(list.items() == pushed - taken);
      REQUIRE(list.bytes() == list.items() * static_cast<std::int64_t>(sizeof(int)));
      REQUIRE(list.empty() == (pushed == taken));
    }
  }
}

TEST_CASE("what is taken never comes from two pieces") {
  ps::work_list list;
  list.push(piece_of(0, 2));
  list.push(piece_of(2, 5));
  CHECK(list.take(0, 100).items.size() == 2);
  CHECK(list.take(0, 3).items.size() == 3);
  CHECK(list.take(0, 3).items.size() == 2);
  CHECK(list.empty());
}

TEST_CASE("a part of a piece keeps what is said of the whole") {
  ps::work_list list;
  ps::piece work = piece_of(7, 4);
  work.edge = 3;
  work.attempt = 2;
  work.arrived = 99;
  work.confirms = true;
  list.push(std::move(work));
  const ps::piece part = list.take(0, 1);
  CHECK(part.edge == 3);
  CHECK(part.attempt == 2);
  CHECK(part.arrived == 99);
  CHECK_FALSE(part.confirms);
  const ps::piece rest = list.take(0, 9);
  CHECK(rest.sequence == 8);
  CHECK(rest.confirms);
}

TEST_CASE("in a keyed stage every slot has the line of its worker") {
  ps::work_list list{3};
  for (std::uint32_t slot = 0; slot < 6; ++slot) list.push(piece_of(static_cast<int>(slot), 1, slot));
  CHECK(list.items(0) == 2);
  CHECK(list.front(1).key_slot == 1);
  CHECK(values_of<int>(list.take(1, 5).items) == std::vector<int>{1});
  CHECK(values_of<int>(list.take(1, 5).items) == std::vector<int>{4});
  CHECK(list.empty(1));
  CHECK_FALSE(list.empty(0));
  CHECK(list.items() == 4);
}

TEST_CASE("clearing gives a last look at each piece, in time to flag its tokens") {
  for (const bool lost : {false, true}) {
    CAPTURE(lost);
    const auto told = std::make_shared<verdict>();
    ps::work_list list;
    ps::piece work = piece_of(0, 2);
    work.items.tokens().append(make_token(told), 2);
    list.push(std::move(work));
    list.clear([&](ps::piece& each) {
      if (lost) each.items.discard("aborted");
    });
    CHECK(list.empty());
    CHECK(list.bytes() == 0);
    CHECK(told->settled == 1);
    CHECK(told->flagged == lost);
  }
}

TEST_CASE("what is put back stands where its number belongs, whoever gives it back first") {
  ps::work_list list;
  list.push(piece_of(0, 3));
  list.push(piece_of(3, 3));
  list.push(piece_of(6, 3));
  ps::piece first = list.take(0, 3);
  ps::piece second = list.take(0, 3);
  list.put_back(std::move(first));
  list.put_back(std::move(second));
  for (int i = 0; i < 3; ++i) CHECK(list.take(0, 3).sequence == 3 * static_cast<std::uint64_t>(i));
}
