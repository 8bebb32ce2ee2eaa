// Job queues whose jobs take no time: what a graph costs that takes them and tells of them.
#include <penstock/connectors/redis_queue.hpp>
#include <penstock/connectors/sqlite_queue.hpp>

#include "bare_redis.hpp"
#include "bare_sqlite.hpp"
#include "harness.hpp"
#include "pipelines.hpp"
#include "queue_places.hpp"

namespace bench {

namespace {

namespace ps = penstock;

constexpr std::uint64_t put_at_once = 10'000;

/// Jobs a second; all are in the queue before the clock starts.
template <class Queue>
double work_off(Queue queue, std::uint64_t jobs) {
  std::vector<std::uint64_t> some;
  for (std::uint64_t job = 0; job < jobs; ++job) {
    some.push_back(job);
    if (some.size() == put_at_once || job + 1 == jobs) {
      queue.put_all(some);
      some.clear();
    }
  }
  std::uint64_t total = 0;
  ps::graph graph{"queue"};
  graph.source("jobs", queue, ps::in_flight(256))
      .stage("add 1", [](std::uint64_t job) { return job + 1; })
      .sink("sum", [&total](std::uint64_t job) { total += job; });
  const double seconds = pipelines::seconds_of(graph);
  require(total == jobs * (jobs + 1) / 2, "the queue lost jobs, or gave some twice");
  const auto left = queue.store().count();
  require(left.queued + left.leased + left.dead == 0, "not every job was acknowledged");
  return static_cast<double>(jobs) / seconds;
}

std::vector<figure> queue_sqlite(const settings& wanted) {
  const std::uint64_t jobs = wanted.quick ? 2'000 : 50'000;
  const auto medians =
      alternate(wanted.runs,
                {[=] {
                   const disk_folder folder;
                   return work_off(ps::sqlite_queue<std::uint64_t>{folder / "jobs", ps::until_empty}, jobs);
                 },
                 [=] {
                   const disk_folder folder;
                   bare_sqlite::fill(folder / "jobs", jobs);
                   return static_cast<double>(jobs) / bare_sqlite::work_off(folder / "jobs", jobs);
                 }});
  return {{"queue_sqlite",
           "jobs of a SQLite queue",
           medians[0],
           "jobs/s",
           "bare loop, 64 to a transaction",
           medians[1],
           {bar::rule::ratio_at_least, 0.5}}};
}

std::vector<figure> queue_redis(const settings& wanted) {
  const std::uint64_t jobs = wanted.quick ? 2'000 : 50'000;
  const redis_server server;
  unsigned run = 0;
  const auto name = [&run] { return "jobs" + std::to_string(run++); };
  const auto medians = alternate(
      wanted.runs,
      {[&] {
         return work_off(ps::redis_queue<std::uint64_t>{server.url(), name(), ps::until_empty}, jobs);
       },
       [&] {
         const auto stream = name();
         bare_redis::fill(server.socket(), stream, jobs);
         return static_cast<double>(jobs) / bare_redis::work_off(server.socket(), stream, jobs);
       }});
  return {{"queue_redis",
           "jobs of a Redis queue",
           medians[0],
           "jobs/s",
           "XREADGROUP COUNT 64",
           medians[1],
           {bar::rule::ratio_at_least, 0.4}}};
}

}  // namespace

std::vector<bench_case> queue_cases() {
  return {{"queue_sqlite", queue_sqlite}, {"queue_redis", queue_redis}};
}

}  // namespace bench
