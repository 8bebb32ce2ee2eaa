#include <penstock/connectors/sqlite_queue.hpp>

#include <penstock_test/catch.hpp>

#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

#include <penstock/penstock.hpp>

#include "queue_support.hpp"

using namespace penstock_test;
using Catch::Matchers::Contains;

TEST_CASE("a graph works on all jobs of a queue and leaves it empty") {
  const scratch_folder folder;
  ps::sqlite_queue<int> queue{folder / "jobs.sqlite", ps::until_empty};
  for (int i = 0; i < 20; ++i) queue.put(i);
  queue.store().put({{}, "20", {}});  // as a person puts it
  std::mutex mutex;
  std::set<int> seen;
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", queue).sink("work", [&](const int& job) {
    const std::lock_guard lock{mutex};
    seen.insert(job);
  });
  rt.start(g).wait();
  CHECK(seen.size() == 21);
  CHECK(queue.store().count().done == 21);
}

TEST_CASE("when a run fails its jobs go back, and nobody has died of them") {
  const scratch_folder folder;
  ps::sqlite_queue<int> queue{folder / "jobs.sqlite"};
  for (int i = 0; i < 5; ++i) queue.put(i);
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", queue).sink("work", [](const int&) { throw std::runtime_error{"broken"}; });
  CHECK_THROWS_AS(rt.start(g).wait(), std::runtime_error);
  CHECK(queue.store().count().queued == 5);
  for (const auto& job : queue.store().list()) CHECK(job.deaths == 0);
}

TEST_CASE(
    "a job that can't be read stays for programs that can, stops nobody, and fails the run at its end") {
  const scratch_folder folder;
  ps::sqlite_queue<int> queue{folder / "jobs.sqlite", ps::until_empty};
  queue.store().put({{}, "\"no number\"", {}});
  queue.put(1);
  int done = 0;
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", queue).sink("work", [&](const int&) { ++done; });
  CHECK_THROWS_WITH(rt.start(g).wait(), Contains("1 are left that this program can't read"));
  CHECK(done == 1);
  CHECK(queue.store().count().dead == 0);
  CHECK(queue.store().count().queued == 1);
}

TEST_CASE("a queue's source has a thread of its own, unless it is told otherwise") {
  const scratch_folder folder;
  const ps::sqlite_queue<int> queue{folder / "jobs.sqlite", ps::until_empty};
  ps::runtime rt;
  ps::graph usual{"usual"};
  usual.source("pull", queue).sink("work", [](int) {});
  auto first = rt.start(usual);
  first.wait();
  CHECK(first.snapshot().stages.at(0).pool == "blocking");
  ps::graph told{"told"};
  told.source("pull", queue, ps::cooperative).sink("work", [](int) {});
  auto second = rt.start(told);
  second.wait();
  CHECK(second.snapshot().stages.at(0).pool == "inline");
}

TEST_CASE("a chunk without a delay does not keep a queue from being empty, nor two of them each other") {
  const scratch_folder folder;
  ps::sqlite_queue<int> queue{folder / "jobs.sqlite", ps::until_empty};
  for (int i = 0; i < 17; ++i) queue.put(i);
  ps::runtime rt;
  std::vector<ps::graph> graphs;
  for (const char* name : {"one", "two"}) {
    graphs.emplace_back(name);
    graphs.back()
        .source("pull", queue, ps::in_flight(50))
        .chunk(50)
        .sink("work", [](const std::vector<int>&) {});
  }
  auto first = rt.start(graphs[0]);
  auto second = rt.start(graphs[1]);
  first.wait();
  second.wait();
  CHECK(queue.store().count().done == 17);
}

TEST_CASE("a suspect in a chunk without a delay holds nothing up for ever") {
  const scratch_folder folder;
  ps::sqlite_queue<int> queue{folder / "jobs.sqlite"};
  for (int i = 0; i < 6; ++i) queue.put(i);
  const auto clock = std::make_shared<hand_clock>();
  // Processes die with the third job, twice; the last one lives.
  for (const char* owner : {"v", "w", "x"}) {
    ps::sqlite_job_store store{folder / "jobs.sqlite", true, owner, clock};
    const ps::take_order all{{10s, 5}, 6, {}};
    for (const auto& each : store.exchange({}, &all).jobs) {
      if (each.receipt.job != "3" || *owner == 'x') store.nack(each.receipt, "not that one");
    }
    clock->advance(all.rules.lease);
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::set<int> seen;
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", queue, ps::in_flight(50)).chunk(3).sink("work", [&](const std::vector<int>& chunk) {
    const std::lock_guard lock{mutex};
    seen.insert(chunk.begin(), chunk.end());
    changed.notify_all();
  });
  auto run = rt.start(g);
  {
    std::unique_lock lock{mutex};
    CHECK(changed.wait_for(lock, 30s, [&] { return seen.size() == 6; }));
  }
  run.drain();
  run.wait();
  CHECK(queue.store().count().done == 6);
}
