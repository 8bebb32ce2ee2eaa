#include <penstock/actors/quota.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <penstock_test/catch.hpp>

using penstock::quota;

namespace {

/// A quota with producers that use what they are given, at random.
class random_use {
 public:
  random_use(unsigned seed, bool resizes) : random_{seed}, resizes_{resizes} {
    edges_ = 1 + below(5);
    capacity_ = static_cast<std::int64_t>(edges_ + below(100));
    shared_.emplace_back(capacity_, edges_);
    for (std::size_t i = 0; i < edges_; ++i) credit_.push_back(q().limit(i));
  }

  quota& q() { return shared_.front(); }
  std::size_t edges() const { return edges_; }
  std::int64_t credit(std::size_t edge) const { return credit_[edge]; }

  void step() {
    const auto edge = below(edges_);
    switch (below(resizes_ ? 9 : 8)) {
      case 0:
      case 1:
      case 2:
        return send(edge);
      case 3:
      case 4:
      case 5:
        return settle(edge,
                      static_cast<std::int64_t>(below(static_cast<std::size_t>(q().custody(edge)) + 1)));
      case 6:
      case 7:
        return give(edge);
      default:
        capacity_ = static_cast<std::int64_t>(edges_ + below(100));
        q().resize(capacity_);
    }
  }
  void come_to_rest() {
    for (int round = 0; round < 3; ++round) {
      for (std::size_t edge = 0; edge < edges_; ++edge) {
        settle(edge, q().custody(edge));
        credit_[edge] += q().give_back(edge) + q().lend(edge);
      }
    }
  }
  std::int64_t limits() {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < edges_; ++i) sum += q().limit(i);
    return sum;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  void send(std::size_t edge) {
    const auto amount = static_cast<std::int64_t>(below(static_cast<std::size_t>(credit_[edge]) + 1));
    credit_[edge] -= amount;
    q().arrived(edge, amount);
  }
  void settle(std::size_t edge, std::int64_t amount) { q().settled(edge, amount); }
  void give(std::size_t edge) {
    if (q().due(edge)) credit_[edge] += q().give_back(edge);
    credit_[edge] += q().lend(edge);
  }

  std::mt19937 random_;
  bool resizes_;
  std::size_t edges_ = 0;
  std::int64_t capacity_ = 0;
  std::vector<quota> shared_;
  std::vector<std::int64_t> credit_;
};

}  // namespace

TEST_CASE("a single edge owns the whole capacity, several own half of it between them") {
  CHECK(quota{100, 1}.limit(0) == 100);
  const quota two{100, 2};
  CHECK(two.limit(0) == 25);
  CHECK(two.limit(1) == 25);
  CHECK(two.free() == 50);
}

TEST_CASE("every edge owns at least one, also where the capacity is smaller than their number") {
  const quota narrow{2, 5};
  for (std::size_t i = 0; i < 5; ++i) CHECK(narrow.limit(i) == 1);
}

TEST_CASE("limits never add up to more than the capacity") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    random_use some{seed, false};
    for (int i = 0; i < 200; ++i) {
      some.step();
      REQUIRE(some.limits() <= some.q().capacity());
      REQUIRE(some.limits() + some.q().free() == some.q().capacity());
    }
  }
}

TEST_CASE("owner and producers agree at all times on how much credit is left") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    random_use some{seed, true};
    for (int i = 0; i < 200; ++i) {
      some.step();
      for (std::size_t edge = 0; edge < some.edges(); ++edge) {
        REQUIRE(some.q().credit_left(edge) == some.credit(edge));
        REQUIRE(some.credit(edge) >= 0);
      }
    }
  }
}

TEST_CASE("whatever happened before, an edge at rest can send again") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    random_use some{seed, true};
    for (int i = 0; i < 100; ++i) some.step();
    some.come_to_rest();
    for (std::size_t edge = 0; edge < some.edges(); ++edge) REQUIRE(some.credit(edge) > 0);
  }
}

TEST_CASE("an edge can send again once its own items are settled, whatever the others do") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    INFO("seed " << seed);
    random_use some{seed, true};
    for (int i = 0; i < 100; ++i) some.step();
    const std::size_t edge = seed % some.edges();
    some.q().settled(edge, some.q().custody(edge));
    some.q().give_back(edge);
    REQUIRE(some.q().credit_left(edge) > 0);
  }
}

TEST_CASE("credit is due once a quarter of the limit is owed") {
  quota one{100, 1};
  one.arrived(0, 50);
  one.settled(0, 24);
  CHECK_FALSE(one.due(0));
  one.settled(0, 1);
  CHECK(one.due(0));
  CHECK(one.give_back(0) == 25);
  CHECK_FALSE(one.due(0));
}

TEST_CASE("the smallest limit is due with every item") {
  quota one{1, 1};
  CHECK_FALSE(one.due(0));
  one.arrived(0, 1);
  one.settled(0, 1);
  CHECK(one.due(0));
}

TEST_CASE("an edge that runs short is lent what is free") {
  quota two{100, 2};
  CHECK(two.lend(0) == 0);
  two.arrived(0, 25);
  CHECK(two.lend(0) == 25);
  CHECK(two.limit(0) == 50);
  CHECK(two.lend(0) == 0);
}

TEST_CASE("what was lent is taken back once another edge runs short") {
  quota two{100, 2};
  for (int i = 0; i < 2; ++i) {
    two.arrived(0, 25);
    two.lend(0);
  }
  REQUIRE(two.limit(0) == 75);
  two.arrived(1, 25);
  REQUIRE(two.lend(1) == 0);
  two.settled(0, 30);
  CHECK(two.give_back(0) == 0);
  CHECK(two.limit(0) == 45);
  CHECK(two.lend(1) == 25);
}

TEST_CASE("what an edge owns is not taken for others") {
  quota two{100, 2};
  two.arrived(1, 25);
  two.arrived(0, 25);
  two.settled(0, 25);
  CHECK(two.give_back(0) == 25);
  CHECK(two.limit(0) == 25);
}

TEST_CASE("an overdraft is repaid from what is settled next") {
  quota one{10, 1};
  one.arrived(0, 10);
  one.overdraw(0, 4);
  CHECK(one.credit_left(0) == 4);
  CHECK(one.limit(0) == 14);
  one.settled(0, 6);
  CHECK(one.give_back(0) == 2);
  CHECK(one.limit(0) == 10);
  CHECK(one.free() == 0);
}

TEST_CASE("a larger capacity is lent at once, a smaller one is reached as items are settled") {
  quota one{10, 1};
  one.resize(16);
  CHECK(one.lend(0) == 6);
  one.arrived(0, 16);
  one.resize(4);
  CHECK(one.limit(0) == 16);
  one.settled(0, 16);
  CHECK(one.give_back(0) == 4);
  CHECK(one.limit(0) == 4);
}
