#include <penstock/actors/stage.hpp>

#include <memory>
#include <vector>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

#include "stage_bench.hpp"

namespace ps = penstock;
using penstock_test::ints;
using penstock_test::make_token;
using penstock_test::stage_bench;
using penstock_test::verdict;

namespace {

/// A pool whose workers take item by item from boards.
struct sharing_pool : stage_bench {
  explicit sharing_pool(unsigned workers) {
    set_body<int>([](int n) { return n; });
    plan.workers = workers;
    plan.pool = ps::pool_kind::per_core;
    add_input();
    start(1000);
  }
  /// Boards that the worker was given, oldest first.
  std::vector<ps::ref<ps::piece_board>> boards(std::size_t worker) {
    std::vector<ps::ref<ps::piece_board>> found;
    for (auto* each : env.workers.at(worker)->all<ps::assign_piece>()) found.push_back(each->board);
    return found;
  }
};

}  // namespace

TEST_CASE("a pool whose stage wants no more works on nothing that was not begun") {
  sharing_pool pool{2};
  std::vector<std::shared_ptr<verdict>> told;
  ps::batch items = ints(0, 100);
  for (int i = 0; i < 100; ++i) {
    told.push_back(std::make_shared<verdict>());
    items.tokens().append(make_token(told.back()), 1);
  }
  pool.deliver(std::move(items));
  REQUIRE(!pool.boards(0).empty());
  const auto begun = pool.boards(0).front()->take();
  REQUIRE(begun);

  pool.tell(ps::cancel_edge{0});
  for (std::size_t worker = 0; worker < 2; ++worker) {
    for (const auto& board : pool.boards(worker)) CHECK(!board->take());
  }
  CHECK(pool.at_work().figures().in_work == 1);
  CHECK(pool.at_work().figures().queued == 0);
  CHECK(!told.front()->settled);
  CHECK(told.back()->settled);
  CHECK(told.back()->flagged);
}

TEST_CASE("an item that its worker is about to begin does not go from hand to hand") {
  sharing_pool pool{4};
  pool.deliver(ints(0, 1));
  for (int i = 0; i < 10; ++i) pool.tell(ps::caught_up{0});
  std::size_t given = 0;
  for (std::size_t worker = 0; worker < 4; ++worker) given += pool.boards(worker).size();
  CHECK(given == 1);
  CHECK(pool.at_work().figures().queue_wait.count == 1);
}

TEST_CASE("an item's wait is counted once, however often it is taken back") {
  sharing_pool pool{2};
  pool.deliver(ints(0, 1));
  pool.deliver(ints(1, 2));
  // The first worker begins its item; whatever lies behind it may go to the other.
  static_cast<void>(pool.boards(0).front()->take());
  for (int i = 0; i < 10; ++i) pool.tell(ps::caught_up{0});
  CHECK(pool.at_work().figures().queue_wait.count == 3);
}
