#include <penstock/messages/batch.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using penstock_test::batch_of;
using penstock_test::census;
using penstock_test::counted;
using penstock_test::counted_values;
using penstock_test::ints;
using penstock_test::make_token;
using penstock_test::sequence;
using penstock_test::values_of;
using penstock_test::verdict;

namespace {

ps::batch some_counted(int first, int count) { return batch_of<counted>(sequence(first, count)); }

}  // namespace

TEST_CASE("items that want more than the usual alignment get it") {
  struct alignas(128) wide {
    explicit wide(int n) : number{n} {}
    int number;
  };
  ps::batch items = batch_of<wide, int>({1, 2, 3});
  items.append(batch_of<wide, int>({4, 5}));
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    CHECK(reinterpret_cast<std::uintptr_t>(items.items<wide>() + i) % 128 == 0);
    CHECK(items.items<wide>()[i].number == static_cast<int>(i) + 1);
  }
}

TEST_CASE("items stay where they are while their batch is moved, split and shared") {
  ps::batch items = ints(0, 10);
  const int* place = items.items<int>();
  ps::batch moved = std::move(items);
  ps::batch front = moved.split_front(4);
  CHECK(front.items<int>() == place);
  CHECK(moved.items<int>() == place + 4);
  front.clear();
  moved.share();
  CHECK(moved.alias().items<int>() == place + 4);
}

TEST_CASE("halves of a batch that are joined again have not moved") {
  ps::batch back = ints(0, 10);
  const int* place = back.items<int>();
  ps::batch front = back.split_front(3);
  front.append(std::move(back));
  CHECK(front.items<int>() == place);
  CHECK(values_of<int>(front) == sequence(0, 10));
}

TEST_CASE("halves of a shared batch can be joined again") {
  const census all;
  {
    ps::batch back = some_counted(0, 10);
    back.share();
    ps::batch other = back.alias();
    ps::batch front = back.split_front(3);
    front.append(std::move(back));
    CHECK(front.shared());
    CHECK(counted_values(front) == sequence(0, 10));
    front.clear();
    CHECK(counted_values(other) == sequence(0, 10));
  }
  CHECK(all.clean());
}

TEST_CASE("a part that is shared does not keep the other part from being changed") {
  const census all;
  {
    ps::batch back = some_counted(0, 6);
    ps::batch front = back.split_front(2);
    front.share();
    ps::batch alias = front.alias();
    back.items<counted>()[0] = counted{77};
    back.clear();
    CHECK(counted_values(alias) == std::vector<int>{0, 1});
  }
  CHECK(all.clean());
}

TEST_CASE("a copy that throws leaves the batch as it was") {
  const census all;
  {
    ps::batch items = some_counted(0, 4);
    items.items<counted>()[2].break_copies();
    CHECK_THROWS(items.copy());
    CHECK(counted_values(items) == sequence(0, 4));
  }
  CHECK(all.clean());
}

TEST_CASE("items changed in place weigh anew when asked") {
  ps::batch items = batch_of<std::string>({std::string(100, 'x'), std::string(200, 'y')});
  const auto before = items.weight();
  items.items<std::string>()[0] = std::string(300, 'z');
  CHECK(items.weight() == before);
  items.set_weight(items.measure(0, items.size()));
  CHECK(items.weight() == before + 200);
}

TEST_CASE("discarded items flag their tokens, cleared ones only let go") {
  const auto cleared = std::make_shared<verdict>();
  const auto lost = std::make_shared<verdict>();
  ps::batch one = ints(0, 2);
  one.tokens().append(make_token(cleared), 2);
  ps::batch two = ints(0, 2);
  two.tokens().append(make_token(lost), 2);
  one.clear();
  two.discard("aborted");
  CHECK(cleared->settled == 1);
  CHECK_FALSE(cleared->flagged);
  CHECK(lost->reason == "aborted");
}

TEST_CASE("a token is settled once the last alias of its items is gone") {
  const auto told = std::make_shared<verdict>();
  ps::batch items = ints(0, 2);
  items.tokens().append(make_token(told), 2);
  items.share();
  ps::batch alias = items.alias();
  items.clear();
  CHECK(told->settled == 0);
  alias.clear();
  CHECK(told->settled == 1);
}
