#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <string>
#include <vector>

#include "log_commits.hpp"
#include "shared_queues.hpp"

using namespace penstock_test;

TEST_CASE("after a start of the machine all leases have ended and all delays are over") {
  shared_file queue;
  auto a = queue.open("a");
  a->put(text_item("leased"));
  a->take(queue.rules);
  a->put(text_item("delayed"), 1h);
  a.reset();  // or it would be seen to be there
  queue.clock->start = "second";
  queue.clock->now = 5;
  auto b = queue.open("b");
  CHECK(taken(*b, queue.rules) == "\"leased\"");
  CHECK(taken(*b, queue.rules) == "\"delayed\"");
}

TEST_CASE("the end of the machine is no death of a job") {
  shared_file queue;
  queue.rules.max_deliveries = 1;
  queue.open("first")->put(text_item("innocent"));
  for (int start = 0; start < 5; ++start) {
    queue.clock->start = "start " + std::to_string(start);
    const auto store = queue.open("owner " + std::to_string(start));
    CHECK(taken(*store, queue.rules) == "\"innocent\"");
    CHECK(store->list().front().deaths == 0);
  }
}

TEST_CASE("leases are extended in one write, however many") {
  shared_file queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  for (const auto* name : {"1", "2", "3", "4"}) a->put(text_item(name));
  std::vector<ps::job_receipt> open;
  while (const auto job = a->take(queue.rules).job) open.push_back(job->receipt);
  REQUIRE(open.size() == 4);
  a->ack(open[1]);
  queue.clock->advance(9s);
  const auto before = commits_in(a->file().string() + "-wal");
  CHECK(a->extend(open, 10s) == std::vector{open[1]});
  CHECK(commits_in(a->file().string() + "-wal") == before + 1);
  queue.clock->advance(9s);
  CHECK(taken(*b, queue.rules) == "none");
}

TEST_CASE("a suspect runs alone in its process, however many sources that has") {
  shared_file queue;
  auto first = queue.open("machine:1:1");
  auto second = queue.open("machine:1:2");
  auto elsewhere = queue.open("machine:12:1");
  first->put(text_item("suspect"));
  REQUIRE(queue.open("first victim")->take(queue.rules).job);
  queue.lose_all();
  auto victim = queue.open("victim");  // its death will make it two
  REQUIRE(victim->take(queue.rules).job);
  first->put(text_item("other"));
  first->put(text_item("third"));
  const auto other = first->take(queue.rules).job.value();
  queue.clock->advance(9s);
  first->extend(std::vector{other.receipt}, 10s);
  queue.clock->advance(1s);
  CHECK(taken(*second, queue.rules) == "none");
  CHECK(taken(*elsewhere, queue.rules) == "\"suspect\"");
  CHECK(taken(*second, queue.rules) == "\"third\"");
}

TEST_CASE("looking at the jobs waits for nobody who writes") {
  shared_file queue;
  queue.open("a")->put(text_item("job"));
  ps::sqlite_database other{queue.folder / "jobs.sqlite", false};
  const ps::sqlite_database::transaction writing{other.connection()};
  const auto looks = queue.open("b");
  CHECK(looks->list().size() == 1);
  CHECK(looks->count().queued == 1);
}
