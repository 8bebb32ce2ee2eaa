#include <penstock/actors/piece_board.hpp>

#include <memory>
#include <utility>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

#include <penstock/messages/batch_writer.hpp>

namespace ps = penstock;

namespace {

ps::piece whole(std::uint32_t count) {
  ps::batch_writer<int> writer{count};
  for (std::uint32_t i = 0; i < count; ++i) writer.emplace(static_cast<int>(i));
  ps::piece work;
  work.items = writer.finish();
  work.sequence = 10;
  work.reserved = count;
  return work;
}

ps::piece_report done_with(const ps::piece& one) {
  ps::piece_report report;
  report.sequence = one.sequence;
  report.taken = one.items.size();
  report.released = one.reserved;
  return report;
}

}  // namespace

TEST_CASE("a board gives out its items one by one, in order, each with its reservation") {
  ps::piece_board board{whole(3)};
  for (int i = 0; i < 3; ++i) {
    auto one = board.take();
    REQUIRE(one);
    CHECK(*one->items.items<int>() == i);
    CHECK(one->sequence == 10U + static_cast<unsigned>(i));
    CHECK(one->reserved == 1);
  }
  CHECK(!board.take());
}

TEST_CASE("what is not begun can be taken away, with what is reserved for it") {
  ps::piece_board board{whole(5)};
  board.take();
  const auto stolen = board.steal();
  REQUIRE(stolen);
  CHECK(stolen->items.size() == 4);
  CHECK(stolen->sequence == 11);
  CHECK(stolen->reserved == 4);
  CHECK(!board.take());
  CHECK(!board.steal());
}

TEST_CASE("of a board whose worker has not come yet its first item stays") {
  ps::piece_board board{whole(3)};
  const auto stolen = board.steal_surplus();
  REQUIRE(stolen);
  CHECK(stolen->items.size() == 2);
  CHECK(stolen->sequence == 11);
  CHECK(stolen->reserved == 2);
  CHECK(!board.steal_surplus());
  auto first = board.take();
  REQUIRE(first);
  CHECK(first->sequence == 10);
  CHECK(first->reserved == 1);
}

TEST_CASE("once its worker has begun, all that is left of a board can be had") {
  ps::piece_board board{whole(2)};
  board.take();
  const auto stolen = board.steal_surplus();
  REQUIRE(stolen);
  CHECK(stolen->items.size() == 1);
  CHECK(!board.take());
}

TEST_CASE("items done one after the other are harvested as one report") {
  ps::piece_board board{whole(3)};
  for (int i = 0; i < 3; ++i) board.add(done_with(*board.take()));
  const auto done = board.harvest();
  REQUIRE(done.size() == 1);
  CHECK(done.front().taken == 3);
  CHECK(done.front().released == 3);
  CHECK(done.front().sequence == 10);
  CHECK(board.harvest().empty());
}

TEST_CASE("a failure is reported on its own, and nothing is joined to it") {
  ps::piece_board board{whole(3)};
  board.add(done_with(*board.take()));
  auto failed = done_with(*board.take());
  failed.taken = 0;
  failed.failure.emplace();
  board.add(std::move(failed));
  board.add(done_with(*board.take()));
  const auto done = board.harvest();
  REQUIRE(done.size() == 3);
  CHECK(done[1].failure);
  CHECK(done[2].sequence == 12);
}

TEST_CASE("the letters of reports that are joined stay, in their order") {
  ps::piece_board board{whole(3)};
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto done = done_with(*board.take());
    done.letters.emplace_back().letter.item = i;
    board.add(std::move(done));
  }
  const auto done = board.harvest();
  REQUIRE(done.size() == 1);
  REQUIRE(done[0].letters.size() == 3);
  CHECK(done[0].letters[2].letter.item == 2);
}

TEST_CASE("once somebody waits for a piece, each item that is done is wanted at once") {
  ps::piece_board board{whole(2)};
  CHECK(!board.add(done_with(*board.take())));
  board.watch();
  CHECK(board.add(done_with(*board.take())));
}

TEST_CASE("what nobody takes from a board is lost with it, done or not") {
  const auto told = std::make_shared<penstock_test::verdict>();
  const auto job = penstock_test::make_token(told);
  const auto with_token = [&](ps::batch items) {
    items.tokens().append(job, items.size());
    return items;
  };
  SECTION("what is done") {
    ps::piece_board board{whole(2)};
    ps::piece_report report = done_with(*board.take());
    report.outputs = with_token(penstock_test::ints(7, 1));
    board.add(std::move(report));
    board.steal();
  }
  SECTION("what is not begun") {
    ps::piece work = whole(2);
    work.items = with_token(std::move(work.items));
    const ps::piece_board board{std::move(work)};
  }
  SECTION("what failed") {
    ps::piece_board board{whole(1)};
    ps::piece_report report = done_with(*board.take());
    report.failure.emplace().item = with_token(penstock_test::ints(7, 1));
    board.add(std::move(report));
  }
  CHECK(job->flagged());
  CHECK(job->reason() == "its worker was lost");
}
