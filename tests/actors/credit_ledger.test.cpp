#include <penstock/actors/credit_ledger.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include <penstock_test/catch.hpp>

using penstock::credit;
using penstock::credit_ledger;

namespace {

/// Producers that send at random against a consumer that settles at random.
class random_walk {
 public:
  explicit random_walk(unsigned seed) : random_{seed} {
    const std::size_t edges = 1 + below(4);
    workers = 1 + static_cast<unsigned>(below(4));
    capacity = static_cast<std::int64_t>(edges + below(60));
    capacity_bytes = static_cast<std::int64_t>(edges + below(2000));
    ledgers_.emplace_back(capacity, capacity_bytes, edges, workers);
    for (std::uint32_t i = 0; i < edges; ++i) producers.push_back({ledger().opening(i), {}, 0});
  }

  struct sent {
    std::int64_t items;
    std::int64_t each;  ///< bytes an item
  };
  struct producer {
    credit left;
    std::deque<sent> custody;
    std::int64_t items;
  };

  credit_ledger& ledger() { return ledgers_.front(); }

  void step() {
    const auto edge = static_cast<std::uint32_t>(below(producers.size()));
    if (below(2) == 0) {
      send(edge);
    } else {
      settle(edge);
    }
    if (below(3) == 0) collect();
  }
  void come_to_rest() {
    for (std::uint32_t edge = 0; edge < producers.size(); ++edge) {
      while (!producers[edge].custody.empty()) settle(edge);
    }
    collect();
  }

  unsigned workers = 1;
  std::int64_t capacity = 0;
  std::int64_t capacity_bytes = 0;
  std::int64_t heaviest = 0;
  std::vector<producer> producers;

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  /// As an outbox does: never more items than credit, more bytes than credit for one item only.
  void send(std::uint32_t edge) {
    producer& from = producers[edge];
    if (from.left.items <= 0 || from.left.bytes <= 0) return;
    const auto each = static_cast<std::int64_t>(below(10) == 0 ? 1 + below(4000) : 1 + below(50));
    auto items = 1 + static_cast<std::int64_t>(below(static_cast<std::size_t>(from.left.items)));
    items = std::min(items, std::max<std::int64_t>(1, from.left.bytes / each));
    heaviest = std::max(heaviest, each);
    from.left.items -= items;
    from.left.bytes -= items * each;
    from.custody.push_back({items, each});
    from.items += items;
    ledger().arrived(edge, items, items * each);
  }
  void settle(std::uint32_t edge) {
    producer& from = producers[edge];
    if (from.custody.empty()) return;
    sent& head = from.custody.front();
    const auto items = 1 + static_cast<std::int64_t>(below(static_cast<std::size_t>(head.items)));
    ledger().settled(edge, items, items * head.each);
    head.items -= items;
    from.items -= items;
    if (head.items == 0) from.custody.pop_front();
  }
  void collect() {
    for (const auto& each : ledger().collect()) {
      producers[each.edge].left.items += each.amount.items;
      producers[each.edge].left.bytes += each.amount.bytes;
    }
  }

  std::mt19937 random_;
  std::vector<credit_ledger> ledgers_;
};

}  // namespace

TEST_CASE("credit given out and items in custody never exceed the capacity together") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    random_walk walk{seed};
    for (int i = 0; i < 200; ++i) {
      walk.step();
      std::int64_t out = 0;
      for (const auto& each : walk.producers) out += each.left.items;
      REQUIRE(out + walk.ledger().custody() <= walk.capacity);
    }
    REQUIRE(walk.ledger().peak() <= walk.capacity);
  }
}

TEST_CASE("bytes in custody exceed the capacity by no more than 2 x workers items of each edge") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    random_walk walk{seed};
    for (int i = 0; i < 200; ++i) {
      walk.step();
      const auto beyond = static_cast<std::int64_t>(2 * walk.workers * walk.producers.size()) * walk.heaviest;
      REQUIRE(walk.ledger().custody_bytes() <= walk.capacity_bytes + beyond);
    }
  }
}

TEST_CASE("once all is settled every edge may send again, and nothing is in custody") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    random_walk walk{seed};
    for (int i = 0; i < 200; ++i) walk.step();
    walk.come_to_rest();
    CHECK(walk.ledger().custody() == 0);
    CHECK(walk.ledger().custody_bytes() == 0);
    for (const auto& each : walk.producers) {
      REQUIRE(each.left.items > 0);
      REQUIRE(each.left.bytes > 0);
    }
  }
}

TEST_CASE(
    "while few items are in custody every edge has credit in bytes, unless it sent one too heavy for the "
    "stage") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    random_walk walk{seed};
    for (int i = 0; i < 100; ++i) walk.step();
    for (const auto& each : walk.ledger().collect())
      walk.producers[each.edge].left.bytes += each.amount.bytes;
    const bool few = walk.ledger().custody() < 2 * static_cast<std::int64_t>(walk.workers);
    for (const auto& each : walk.producers) {
      const bool heavy = std::any_of(each.custody.begin(), each.custody.end(),
                                     [&](const auto& one) { return one.each > walk.capacity_bytes; });
      if ((few || each.items == 0) && !heavy) REQUIRE(each.left.bytes > 0);
    }
  }
}

TEST_CASE("an item heavier than the capacity passes alone") {
  credit_ledger ledger{100, 1000, 1, 4};
  ledger.arrived(0, 1, 5000);
  CHECK(ledger.collect().empty());
  ledger.settled(0, 1, 5000);
  REQUIRE(ledger.collect().size() == 1);
  CHECK(ledger.collect().empty());
}

TEST_CASE("credit goes back in one grant once a quarter is owed") {
  credit_ledger ledger{100, 1'000'000, 1, 1};
  ledger.arrived(0, 60, 600);
  ledger.settled(0, 24, 240);
  CHECK(ledger.collect().empty());
  ledger.settled(0, 1, 10);
  const auto grants = ledger.collect();
  REQUIRE(grants.size() == 1);
  CHECK(grants[0].edge == 0);
  CHECK(grants[0].amount.items == 25);
  CHECK(grants[0].amount.bytes == 250);
}

TEST_CASE("peaks remember the most that was ever in custody") {
  credit_ledger ledger{100, 1000, 2, 1};
  ledger.arrived(0, 3, 30);
  ledger.arrived(1, 4, 5);
  ledger.settled(0, 3, 30);
  ledger.arrived(1, 1, 1);
  CHECK(ledger.custody() == 5);
  CHECK(ledger.peak() == 7);
  CHECK(ledger.peak_bytes() == 35);
}

TEST_CASE("more workers may hold more items beyond the bytes") {
  credit_ledger ledger{100, 10, 1, 1};
  ledger.arrived(0, 2, 10);
  CHECK(ledger.collect().empty());
  ledger.set_workers(2);
  REQUIRE(ledger.collect().size() == 1);
}

TEST_CASE("a larger capacity is granted with the next turn") {
  credit_ledger ledger{4, 1000, 1, 1};
  ledger.resize(10);
  const auto grants = ledger.collect();
  REQUIRE(grants.size() == 1);
  CHECK(grants[0].amount.items == 6);
  CHECK(ledger.capacity() == 10);
}
