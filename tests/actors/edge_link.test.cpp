#include <penstock/actors/edge_link.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

/// Counts up and down; waits until there is something to take.
class counter {
 public:
  void add() {
    const std::lock_guard lock{mutex_};
    ++count_;
    changed_.notify_one();
  }
  /// False if nothing came for very long: somebody forgot to add.
  bool take() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, std::chrono::seconds{30}, [this] { return count_ > 0; })) return false;
    --count_;
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

}  // namespace

TEST_CASE("only the last consumer to give an output up is told that what remains is lost") {
  const auto output = ps::make_ref<ps::fan_out>();
  const auto one = ps::make_ref<ps::edge_link>(output);
  const auto two = ps::make_ref<ps::edge_link>(output);
  CHECK_FALSE(two->abandon());
  CHECK(one->abandon());
}

TEST_CASE("consumers of what is passed on through operators count as consumers of its origin") {
  const auto origin = ps::make_ref<ps::fan_out>();
  const auto passed_on = ps::make_ref<ps::fan_out>(origin);
  const auto other = ps::make_ref<ps::edge_link>(origin);
  const auto relay = ps::make_ref<ps::edge_link>(origin, passed_on);
  const auto behind = ps::make_ref<ps::edge_link>(passed_on);
  SECTION("while the origin has another consumer nothing is lost behind the operators") {
    CHECK_FALSE(behind->abandon());
    CHECK_FALSE(relay->abandon());
    CHECK_FALSE(behind->lost());
    CHECK(other->abandon());
  }
  SECTION("the last to leave loses it, wherever it is") {
    CHECK_FALSE(other->abandon());
    CHECK(behind->abandon());
    CHECK(relay->abandon());
    CHECK(behind->lost());
  }
}

TEST_CASE("a consumer is behind while it holds two batches that it has not begun") {
  const auto link = ps::make_ref<ps::edge_link>(ps::make_ref<ps::fan_out>());
  CHECK_FALSE(link->holds_batches());
  link->sent();
  CHECK(link->holds_batches());
  CHECK_FALSE(link->behind());
  link->sent();
  CHECK(link->behind());
}

TEST_CASE("a consumer that catches up tells its producer once, and only if that one waits") {
  const auto link = ps::make_ref<ps::edge_link>(ps::make_ref<ps::fan_out>());
  link->sent();
  link->sent();
  CHECK_FALSE(link->claimed());
  link->sent();
  REQUIRE(link->behind());
  CHECK(link->claimed());
  CHECK_FALSE(link->claimed());
}

TEST_CASE("a producer that still finds its consumer behind is not told before it has caught up") {
  const auto link = ps::make_ref<ps::edge_link>(ps::make_ref<ps::fan_out>());
  for (int i = 0; i < 4; ++i) link->sent();
  REQUIRE(link->behind());
  CHECK_FALSE(link->claimed());
  CHECK_FALSE(link->claimed());
  CHECK(link->claimed());
}

TEST_CASE("a producer that waits is always told, whatever the two threads do meanwhile") {
  constexpr int batches = 20'000;
  const auto link = ps::make_ref<ps::edge_link>(ps::make_ref<ps::fan_out>());
  counter under_way;
  counter told;
  std::atomic<bool> starved{false};
  std::thread producer{[&] {
    for (int i = 0; i < batches; ++i) {
      while (link->behind()) {
        if (!told.take()) {
          starved = true;
          return;
        }
      }
      link->sent();
      under_way.add();
    }
  }};
  int taken = 0;
  while (taken < batches && under_way.take()) {
    ++taken;
    if (link->claimed()) told.add();
  }
  producer.join();
  CHECK_FALSE(starved);
  CHECK(taken == batches);
}
