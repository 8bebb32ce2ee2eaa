#include <penstock/actors/outbox.hpp>

#include <algorithm>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using penstock_test::ints;
using penstock_test::make_token;
using penstock_test::recorder;
using penstock_test::sequence;
using penstock_test::values_of;
using penstock_test::verdict;

namespace {

constexpr auto plenty = ps::credit{1'000'000, 1'000'000'000};

/// An outbox and those who listen to it.
struct listeners {
  explicit listeners(std::size_t consumers, std::uint32_t capacity = 1000) {
    const auto siblings = ps::make_ref<ps::fan_out>();
    for (std::size_t i = 0; i < consumers; ++i) {
      links.push_back(ps::make_ref<ps::edge_link>(siblings));
      boxes.push_back(ps::make_ref<recorder>());
      out.connect(boxes[i], "consumer", static_cast<std::uint32_t>(10 + i), capacity, links[i]);
    }
  }

  std::vector<std::size_t> sizes(std::size_t consumer) {
    std::vector<std::size_t> found;
    for (auto* each : boxes[consumer]->all<ps::deliver_items>()) found.push_back(each->items.size());
    return found;
  }
  std::vector<int> items(std::size_t consumer) {
    std::vector<int> found;
    for (auto* each : boxes[consumer]->all<ps::deliver_items>()) {
      for (const int value : values_of<int>(each->items)) found.push_back(value);
    }
    return found;
  }

  ps::outbox out;
  std::vector<ps::ref<recorder>> boxes;
  std::vector<ps::ref<ps::edge_link>> links;
};

}  // namespace

TEST_CASE("no more is started than may weigh what the bytes allow, but two for every worker") {
  listeners one{1};
  one.out.granted(0, {1000, 100 * sizeof(int)});
  CHECK(one.out.room() == 400);  // that an item weighs 4 bytes is not known yet
  one.out.put(ints(0, 1));
  one.out.put(ints(0, 1));
  one.out.put(ints(0, 1));
  CHECK(one.out.room() == 97);
  one.out.reserve(96);
  CHECK(one.out.room() == 1);
  one.out.granted(0, {0, -90 * static_cast<std::int64_t>(sizeof(int))});
  one.out.unreserve(96);
  one.out.set_workers(8);
  CHECK(one.out.room() == 16);
}

TEST_CASE("where the heaviest item is known, so many are started as may all be that heavy") {
  const auto siblings = ps::make_ref<ps::fan_out>();
  ps::outbox out;
  out.connect(ps::make_ref<recorder>(), "consumer", 0, 1000, ps::make_ref<ps::edge_link>(siblings), 100);
  out.granted(0, {1000, 1000});
  CHECK(out.room() == 10);
  out.reserve(4);
  CHECK(out.room() == 6);
}

TEST_CASE("a batch whose first items are the heavy ones is cut by what they weigh") {
  listeners one{1};
  one.out.granted(0, {1000, 500});
  ps::batch_writer<std::string> writer;
  for (int i = 0; i < 64; ++i) writer.emplace(static_cast<std::size_t>(i < 8 ? 200 : 1), 'x');
  one.out.put(writer.finish());
  one.out.flush(true);
  std::int64_t sent = 0;
  for (auto* each : one.boxes[0]->all<ps::deliver_items>())
    sent += static_cast<std::int64_t>(each->items.weight());
  CHECK(sent < 500 + 200 + 100);  // at most one item beyond
}

TEST_CASE("nothing leaves without credit in items and in bytes") {
  listeners one{1};
  one.out.put(ints(0, 4));
  one.out.flush(true);
  one.out.granted(0, {3, 0});
  one.out.flush(true);
  CHECK(one.items(0).empty());
  CHECK(one.out.waits_for_credit());
  one.out.granted(0, {0, 1000});
  one.out.flush(true);
  CHECK(one.items(0) == sequence(0, 3));
  CHECK(one.out.waiting_items() == 1);
  CHECK(one.out.waiting_bytes() == sizeof(int));
}

TEST_CASE("a batch is split where its bytes exceed the credit, and one item goes in any case") {
  listeners one{1};
  one.out.granted(0, {100, 3 * sizeof(int)});
  one.out.put(ints(0, 10));
  one.out.flush(true);
  CHECK(one.sizes(0) == std::vector<std::size_t>{3});
  one.out.granted(0, {0, 1});
  one.out.flush(true);
  CHECK(one.sizes(0) == std::vector<std::size_t>{3, 1});
  one.out.granted(0, {0, 2});
  one.out.flush(true);
  CHECK(one.items(0).size() == 4);  // the item before was taken on credit
}

TEST_CASE(
    "every consumer gets every item in order, never more than its credit, whatever the credit and batches") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random{seed};
    const std::size_t consumers = 1 + random() % 3;
    listeners some{consumers, 1 + static_cast<std::uint32_t>(random() % 200)};
    std::vector<std::int64_t> granted(consumers, 0);
    int next = 0;
    for (int i = 0; i < 60; ++i) {
      const auto edge = static_cast<std::uint32_t>(random() % consumers);
      if (random() % 2 == 0) {
        const int count = 1 + static_cast<int>(random() % 20);
        some.out.put(ints(next, count));
        next += count;
      } else {
        const auto items = static_cast<std::int64_t>(random() % 30);
        some.out.granted(edge, {items, items * static_cast<std::int64_t>(sizeof(int))});
        granted[edge] += items;
      }
      if (some.links[edge]->holds_batches() && random() % 2 == 0) some.links[edge]->claimed();
      some.out.flush(random() % 4 == 0);
      for (std::size_t c = 0; c < consumers; ++c) {
        REQUIRE(static_cast<std::int64_t>(some.items(c).size()) <= granted[c]);
      }
    }
    for (std::uint32_t c = 0; c < consumers; ++c) some.out.granted(c, plenty);
    some.out.flush(true);
    REQUIRE(some.out.empty());
    for (std::size_t c = 0; c < consumers; ++c) REQUIRE(some.items(c) == sequence(0, next));
  }
}

TEST_CASE("small batches grow together while the consumer is behind") {
  listeners one{1};
  one.out.granted(0, plenty);
  for (int i = 0; i < 10; ++i) {
    one.out.put(ints(i, 1));
    one.out.flush(false);
  }
  CHECK(one.sizes(0) == std::vector<std::size_t>{1, 1});
  CHECK(one.out.consumer_is_behind());
  REQUIRE(one.links[0]->claimed());
  one.out.flush(false);
  CHECK(one.sizes(0) == std::vector<std::size_t>{1, 1, 8});
  CHECK(one.items(0) == sequence(0, 10));
}

TEST_CASE("a quarter of the consumer's capacity is sent although it is behind") {
  listeners one{1, 40};
  one.out.granted(0, plenty);
  for (int i = 0; i < 11; ++i) {
    one.out.put(ints(i, 1));
    one.out.flush(false);
  }
  CHECK(one.sizes(0) == std::vector<std::size_t>{1, 1});
  one.out.put(ints(11, 1));
  one.out.flush(false);
  CHECK(one.sizes(0) == std::vector<std::size_t>{1, 1, 10});
}

TEST_CASE("a complete flush sends open batches to a consumer that is behind") {
  listeners one{1};
  one.out.granted(0, plenty);
  for (int i = 0; i < 3; ++i) {
    one.out.put(ints(i, 1));
    one.out.flush(false);
  }
  one.out.flush(true);
  CHECK(one.out.empty());
}

TEST_CASE("several consumers share the items, a single one owns them") {
  listeners two{2};
  two.out.put(ints(0, 3));
  listeners one{1};
  one.out.put(ints(0, 3));
  for (std::uint32_t edge = 0; edge < 2; ++edge) two.out.granted(edge, plenty);
  one.out.granted(0, plenty);
  two.out.flush(true);
  one.out.flush(true);
  CHECK(two.boxes[0]->all<ps::deliver_items>()[0]->items.shared());
  CHECK(two.boxes[1]->all<ps::deliver_items>()[0]->items.shared());
  CHECK_FALSE(one.boxes[0]->all<ps::deliver_items>()[0]->items.shared());
}

TEST_CASE("a delivery carries the consumer's number for the edge") {
  listeners two{2};
  two.out.put(ints(0, 1));
  two.out.granted(1, plenty);
  two.out.flush(true);
  two.out.end();
  CHECK(two.boxes[1]->all<ps::deliver_items>()[0]->edge == 11);
  CHECK(two.boxes[0]->all<ps::end_of_stream>()[0]->edge == 10);
}

TEST_CASE("a cancelled edge gets nothing more and holds nobody up") {
  listeners two{2};
  two.out.put(ints(0, 3));
  CHECK_FALSE(two.out.cancel(0));
  CHECK_FALSE(two.out.cancel(0));
  two.out.granted(0, plenty);
  two.out.granted(1, plenty);
  two.out.put(ints(3, 2));
  two.out.flush(true);
  CHECK(two.items(0).empty());
  CHECK(two.items(1) == sequence(0, 5));
  CHECK(two.out.room() > 0);
}

TEST_CASE("items are lost with the last consumer, not before") {
  const auto told = std::make_shared<verdict>();
  listeners two{2};
  ps::batch items = ints(0, 2);
  items.tokens().append(make_token(told), 2);
  two.out.put(std::move(items));
  CHECK_FALSE(two.out.cancel(1));
  CHECK(told->settled == 0);
  CHECK(two.out.cancel(0));
  CHECK(told->settled == 1);
  CHECK(told->flagged);
  ps::batch late = ints(0, 1);
  const auto late_told = std::make_shared<verdict>();
  late.tokens().append(make_token(late_told), 1);
  two.out.put(std::move(late));
  CHECK(late_told->flagged);
}

TEST_CASE("room is the least credit that neither waiting items nor reservations claim") {
  listeners two{2};
  CHECK(two.out.room() == 0);
  two.out.granted(0, {10, 1000});
  two.out.granted(1, {8, 1000});
  CHECK(two.out.room() == 8);
  two.out.reserve(3);
  CHECK(two.out.room() == 5);
  two.out.put(ints(0, 4));
  CHECK(two.out.room() == 1);
  two.out.unreserve(3);
  CHECK(two.out.room() == 4);
  CHECK(ps::outbox{}.room() == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("discarded items are gone and their tokens know why") {
  const auto told = std::make_shared<verdict>();
  listeners one{1};
  ps::batch items = ints(0, 2);
  items.tokens().append(make_token(told), 2);
  one.out.put(std::move(items));
  one.out.discard("aborted");
  CHECK(one.out.empty());
  CHECK(one.out.waiting_bytes() == 0);
  CHECK(told->reason == "aborted");
}

TEST_CASE("consumers hear once that nothing comes before a verdict, behind all that waits") {
  listeners two{2};
  two.out.granted(0, plenty);
  two.out.granted(1, {2, 1'000'000});
  two.out.put(ints(0, 3));
  two.out.await_verdicts();
  two.out.flush(true);
  CHECK(two.boxes[0]->all<ps::await_verdicts>().empty());  // the other one has an item to get
  two.out.granted(1, plenty);
  two.out.flush(true);
  two.out.await_verdicts();
  two.out.flush(true);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto told = two.boxes[i]->all<ps::await_verdicts>();
    REQUIRE(told.size() == 1);
    CHECK(told[0]->edge == 10 + i);
    CHECK(std::holds_alternative<ps::await_verdicts>(two.boxes[i]->messages.back()));
  }
}

TEST_CASE(
    "consumers do not hear that nothing comes where items came in between, and hear it again after them") {
  listeners one{1};
  one.out.granted(0, {1, 1'000'000});
  one.out.put(ints(0, 2));
  one.out.await_verdicts();
  one.out.put(ints(2, 1));
  one.out.granted(0, plenty);
  one.out.flush(true);
  CHECK(one.boxes[0]->all<ps::await_verdicts>().empty());
  one.out.await_verdicts();
  one.out.flush(true);
  one.out.put(ints(3, 1));
  one.out.await_verdicts();
  one.out.flush(true);
  CHECK(one.boxes[0]->all<ps::await_verdicts>().size() == 2);
}
