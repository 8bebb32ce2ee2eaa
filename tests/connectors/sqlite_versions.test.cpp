// Programs of the state before and of this one on one file at the same time.

#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <string>
#include <vector>

#include "shared_queues.hpp"
#include "sqlite_store_before.hpp"

using namespace penstock_test;

namespace {

struct mixed_queue : shared_file {
  mixed_queue() {
    if (made_by_older) store_before::make(folder / "jobs.sqlite");
    if (!made_by_older) open("maker");
  }
  store_before open_older(const std::string& owner) { return {folder / "jobs.sqlite", owner, clock}; }

  bool made_by_older = GENERATE(true, false);
};

}  // namespace

TEST_CASE("a job that an older program put is taken by a newer one, and the other way round") {
  mixed_queue queue;
  auto older = queue.open_older("machine:1:1");
  older.put("old");
  auto newer = queue.open("machine:2:1");
  CHECK(newer->list().at(0).json == "\"old\"");
  CHECK(taken(*newer, queue.rules) == "\"old\"");
  newer->put(text_item("new"));
  const auto job = older.take(10s);
  REQUIRE(job);
  CHECK(job->json == "\"new\"");
  CHECK(older.ack(*job));
  older.put("late", 3s);
  newer->put(text_item("later"), 4s);
  CHECK(taken(*newer, queue.rules) == "none");
  queue.advance(3s);
  CHECK(taken(*newer, queue.rules) == "\"late\"");
  queue.advance(1s);
  CHECK(older.take(10s)->json == "\"later\"");
}

TEST_CASE("leases of older and newer programs are respected, and end, both ways") {
  mixed_queue queue;
  auto older = queue.open_older("machine:1:1");
  auto newer = queue.open("machine:2:1");
  newer->put(text_item("1"));
  newer->put(text_item("2"));
  const auto first = newer->take(queue.rules).job;
  const auto second = older.take(10s);
  REQUIRE(first);
  REQUIRE(second);
  CHECK_FALSE(older.take(10s));
  CHECK(taken(*newer, queue.rules) == "none");
  queue.advance(10s);
  CHECK(older.take(10s)->json == "\"1\"");
  const auto back = newer->take(queue.rules).job;
  REQUIRE(back);
  CHECK(back->item.json == "\"2\"");
  CHECK(back->deaths == 1);
  CHECK_FALSE(older.ack(*second));
  CHECK_FALSE(newer->ack(first->receipt));
  CHECK(newer->ack(back->receipt));
}

TEST_CASE("an older program that has the file open goes on while a newer one adds to its tables") {
  const scratch_folder folder;
  auto clock = std::make_shared<hand_clock>();
  store_before::make(folder / "jobs.sqlite");
  store_before older{folder / "jobs.sqlite", "machine:1:1", clock};
  older.put("1");
  older.put("2");
  const auto job = older.take(10s);
  ps::sqlite_job_store newer{folder / "jobs.sqlite", true, "machine:2:1", clock};
  CHECK(newer.count().queued == 1);
  CHECK(newer.list().size() == 2);
  const ps::take_order wanted{{}, 5, "00000000000000aa"};
  CHECK(newer.exchange({}, &wanted).jobs.size() == 1);
  CHECK(older.ack(*job));
  older.put("3");
  CHECK(newer.exchange({}, &wanted).jobs.size() == 1);
}
