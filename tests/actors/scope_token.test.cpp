#include <penstock/actors/scope_token.hpp>

#include <memory>

#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using penstock_test::make_token;
using penstock_test::recorder;
using penstock_test::verdict;

namespace {

struct scattered {
  scattered() { pair->gather = gather; }

  ps::ref<ps::token> job(ps::ref<ps::token> parent = nullptr) {
    return ps::ref<ps::token>{new ps::scope_token{pair, std::move(parent)}};
  }

  ps::ref<recorder> gather = ps::make_ref<recorder>();
  ps::ref<ps::scope_pair> pair = ps::make_ref<ps::scope_pair>();
};

}  // namespace

TEST_CASE("the gather is told of a job once its last piece is settled") {
  scattered jobs;
  auto piece = jobs.job();
  auto other = piece;
  piece = nullptr;
  CHECK(jobs.gather->messages.empty());
  other = nullptr;
  CHECK(jobs.gather->all<ps::scope_closed>().size() == 1);
}

TEST_CASE("every scattered job counts as open until the gather is done with it") {
  scattered jobs;
  auto one = jobs.job();
  auto two = jobs.job();
  CHECK(jobs.pair->open == 2);
  one = nullptr;
  CHECK(jobs.pair->open == 2);
}

TEST_CASE("a job outlives its pieces, with the failures that they left") {
  scattered jobs;
  auto piece = jobs.job();
  static_cast<ps::scope_token&>(*piece).of().add_failure({"decode", 1, "type", "text", nullptr});
  piece = nullptr;
  const auto closed = jobs.gather->all<ps::scope_closed>();
  REQUIRE(closed.size() == 1);
  const auto failures = closed[0]->closed->take_failures();
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].stage == "decode");
  CHECK(closed[0]->closed->take_failures().empty());
}

TEST_CASE("the token of the scattered item is held until the gather has let go of the job") {
  scattered jobs;
  const auto told = std::make_shared<verdict>();
  auto piece = jobs.job(make_token(told));
  piece = nullptr;
  CHECK(told->settled == 0);
  jobs.gather->messages.clear();
  CHECK(told->settled == 1);
  CHECK_FALSE(told->flagged);
}

TEST_CASE("an item is not missed if no piece of it is") {
  scattered jobs;
  const auto item = make_token();
  auto first = jobs.job(item);
  first->flag({"nobody wanted more", true});
  first = nullptr;
  CHECK(item->unwanted());
  auto second = jobs.job(item);
  second->flag("its worker is gone");
  second = nullptr;
  CHECK_FALSE(item->unwanted());
}

TEST_CASE("a piece that was lost flags the item that it came of") {
  scattered jobs;
  const auto told = std::make_shared<verdict>();
  auto piece = jobs.job(make_token(told));
  piece->flag("its worker is gone");
  piece = nullptr;
  jobs.gather->messages.clear();
  CHECK(told->flagged);
  CHECK(told->reason == "its worker is gone");
}
