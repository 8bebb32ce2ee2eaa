#include <penstock/connectors/redis_queue.hpp>

#include <penstock_test/catch.hpp>

#include <map>
#include <mutex>
#include <set>
#include <stdexcept>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/penstock.hpp>

#include "queue_support.hpp"
#include "redis_server.hpp"

using namespace penstock_test;
using Catch::Matchers::Contains;

namespace {

/// A queue that rings when it owes its server a verdict.
struct watched_queue {
  void on_start(ps::source_context& context) { queue.on_start(context); }
  void on_stop(ps::source_context& context) { queue.on_stop(context); }
  auto operator()(ps::source_context& context) { return queue(context); }
  void ack(const ps::job_receipt& job) { queue.ack(job); }
  void nack(const ps::job_receipt& job, const std::string& reason) { queue.nack(job, reason); }
  std::optional<std::chrono::nanoseconds> flush_verdicts() {
    const auto again_in = queue.flush_verdicts();
    if (again_in) owes->ring();
    return again_in;
  }

  ps::redis_queue<int> queue;
  bell* owes;
};

}  // namespace

TEST_CASE("a graph works on all jobs of a queue on a server and leaves it empty") {
  const redis_server server;
  ps::redis_queue<int> queue{server.url_text(), "jobs", ps::until_empty};
  for (int i = 0; i < 20; ++i) queue.put(i);
  queue.put_all({20, 21});
  queue.store().put({{}, "22", {}});  // as a person puts it
  std::mutex mutex;
  std::set<int> seen;
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", queue).sink("work", [&](const int& job) {
    const std::lock_guard lock{mutex};
    seen.insert(job);
  });
  rt.start(g).wait();
  CHECK(seen.size() == 23);
  CHECK(queue.store().count().done == 23);
}

TEST_CASE("when a run fails its jobs go back to the server, and nobody has died of them") {
  const redis_server server;
  ps::redis_queue<int> queue{server.url_text(), "jobs"};
  for (int i = 0; i < 5; ++i) queue.put(i);
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", queue).sink("work", [](const int&) { throw std::runtime_error{"broken"}; });
  CHECK_THROWS_AS(rt.start(g).wait(), std::runtime_error);
  CHECK(queue.store().count().queued == 5);
  for (const auto& job : queue.store().list()) CHECK(job.deaths == 0);
}

TEST_CASE(
    "a job on a server that can't be read stays for programs that can, stops nobody, and fails the run at "
    "its end") {
  const redis_server server;
  ps::redis_queue<int> queue{server.url_text(), "jobs", ps::until_empty};
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

TEST_CASE("a server that is killed under a run and comes back loses no job and gets one verdict on each") {
  redis_server server;
  ps::redis_queue<int> queue{server.url_text(), "jobs", ps::until_empty};
  constexpr int jobs = 300;
  std::vector<int> all;
  for (int i = 0; i < jobs; ++i) all.push_back(i);
  queue.put_all(all);
  std::mutex mutex;
  std::map<int, int> times;
  bell worked;
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", queue, ps::in_flight(8)).sink("work", [&](const int& job) {
    const std::lock_guard lock{mutex};
    ++times[job];
    worked.ring();
  });
  auto run = rt.start(g);
  for (int kills = 0; kills < 3; ++kills) {
    REQUIRE(worked.await());
    server.kill_now();
    server.start();
  }
  run.wait();
  CHECK(times.size() == jobs);
  // The process is alive all the time, so no job is delivered to anybody twice.
  for (const auto& [job, count] : times) {
    INFO(job);
    CHECK(count == 1);
  }
  const auto left = queue.store().count();
  CHECK(left.done == jobs);
  CHECK(left.dead == 0);
}

TEST_CASE("a run that is done but for its last verdict waits for a server that is away") {
  redis_server server;
  ps::redis_queue<int> queue{server.url_text(), "jobs"};
  queue.put_all({1, 2});
  bell begun;
  bell owes;
  bell killed;
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", watched_queue{queue, &owes}, ps::in_flight(1))
      .sink(
          "work",
          [&](const int&) {
            begun.ring();
            killed.await();
          },
          ps::blocking);
  auto run = rt.start(g);
  REQUIRE(begun.await());
  run.drain();
  server.kill_now();
  killed.ring();
  REQUIRE(owes.await());
  server.start();
  run.wait();
  const auto left = queue.store().count();
  CHECK(left.done == 1);
  CHECK(left.queued == 1);
}

TEST_CASE("a run goes on to the end when its server has lost the last verdicts") {
  redis_server server;
  ps::redis_queue<int> queue{server.url_text(), "jobs", ps::until_empty};
  queue.put_all({1, 2, 3});
  std::map<int, int> times;
  bell begun;
  bell goes_on;
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", queue, ps::in_flight(1))
      .sink(
          "work",
          [&](const int& job) {
            if (++times[job] > 1) return;
            begun.ring();
            goes_on.await();
          },
          ps::blocking);
  auto run = rt.start(g);
  REQUIRE(begun.await());
  server.ask({"CONFIG", "SET", "appendonly", "no"});  // nothing from now on is there afterwards
  goes_on.ring();
  REQUIRE(begun.await());
  goes_on.ring();
  REQUIRE(begun.await());
  server.kill_now();
  server.start();
  goes_on.ring();
  run.wait();
  CHECK(times == std::map<int, int>{{1, 2}, {2, 2}, {3, 2}});
  CHECK(queue.store().count().done == 3);
}

TEST_CASE("a URL that is none is refused when the queue is made") {
  CHECK_THROWS_AS((ps::redis_queue<int>{"jobs.sqlite", "jobs"}), ps::job_queue_error);
}
