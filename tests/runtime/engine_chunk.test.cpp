// chunk(n) and chunk(n, delay): items collected by the runtime, with their jobs.

#include <chrono>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock_test/catch.hpp>

#include "engine_support.hpp"
#include "job_queue.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

using chunks = std::vector<std::vector<int>>;

/// Collects the chunks that come.
auto into(collected<std::vector<int>>& seen) {
  return [&seen](const std::vector<int>& chunk) { seen.push(chunk); };
}

/// A queue of n jobs that has nothing more, and stays.
struct queue_that_stays : job_queue {
  using job_queue::job_queue;
  std::optional<int> operator()(ps::source_context& context) {
    auto next = job_queue::operator()();
    return next ? next : context.not_yet();
  }
};

}  // namespace

TEST_CASE("chunks have so many items, in order, and the last may be short", "[engine][chunk]") {
  ps::graph g{"chunks"};
  collected<std::vector<int>> seen;
  g.source("numbers", numbers(7)).chunk("three", 3).sink("collect", into(seen));
  const auto last = run_to_end(g);
  CHECK(seen.values() == chunks{{0, 1, 2}, {3, 4, 5}, {6}});
  const auto figures = stage_of(last, "three");
  CHECK(figures.kind == "chunk");
  CHECK(figures.in == 7);
  CHECK(figures.out == 3);
  CHECK(figures.dropped == 0);
  CHECK(figures.held == 0);
}

TEST_CASE("there is one chunk open whatever pools stand around it", "[engine][chunk]") {
  ps::graph g{"pools"};
  collected<std::vector<int>> seen;
  g.source("numbers", numbers(1001))
      .stage(
          "before", [](int n) { return n; }, ps::workers(5), ps::blocking)
      .chunk(10)
      .sink("after", into(seen), ps::workers(4), ps::blocking);
  run_to_end(g);
  std::size_t items = 0;
  std::size_t shorts = 0;
  for (const auto& each : seen.values()) {
    items += each.size();
    shorts += each.size() < 10;
  }
  CHECK(items == 1001);
  CHECK(shorts == 1);
}

TEST_CASE("operators refine chunks, and a stream of chunks can be chunked", "[engine][chunk]") {
  ps::graph g{"refined"};
  collected<std::vector<int>> seen;
  const auto sum = [](const std::vector<int>& c) { return std::accumulate(c.begin(), c.end(), 0); };
  g.source("numbers", numbers(12)).chunk("pairs", 2).map(sum).chunk("sums", 4).sink("collect", into(seen));
  run_to_end(g);
  CHECK(seen.values() == chunks{{1, 5, 9, 13}, {17, 21}});
}

TEST_CASE("chunks of items that can't be copied", "[engine][chunk]") {
  ps::graph g{"move only"};
  collected<int> seen;
  g.source("numbers", numbers(5))
      .map([](int n) { return std::make_unique<int>(n); })
      .chunk(2)
      .flatten()
      .sink("collect", [&](const std::unique_ptr<int>& n) { seen.push(*n); });
  run_to_end(g);
  CHECK(seen.values() == numbers(5));
}

TEST_CASE("both consumers of a stream get all items, one of them in chunks", "[engine][chunk]") {
  ps::graph g{"two"};
  collected<std::vector<int>> seen;
  collected<int> single;
  const auto all = g.source("numbers", numbers(100));
  all.chunk(7).sink("chunks", into(seen));
  all.sink("single", [&](int n) { single.push(n); });
  run_to_end(g);
  CHECK(single.values() == numbers(100));
  CHECK(seen.size() == 15);
}

TEST_CASE("a chunk leaves short once its first item has waited for the delay, and the run is not idle",
          "[engine][chunk]") {
  job_graph jobs;
  collected<std::vector<int>> seen;
  headcount came;
  ps::runtime_options options;
  options.inactivity = 20ms;
  ps::runtime rt{options};
  jobs.g.source("queue", queue_that_stays{2, jobs.told}, ps::in_flight(10))
      .chunk("hundred", 100, 80ms)
      .sink("collect", [&](const std::vector<int>& c) {
        seen.push(c);
        came.arrive();
      });
  const auto began = std::chrono::steady_clock::now();
  ps::run r = rt.start(jobs.g);
  REQUIRE(came.await(1));
  CHECK(std::chrono::steady_clock::now() - began >= 80ms);
  CHECK(seen.values() == chunks{{0, 1}});
  r.abort();
}

TEST_CASE("behind by_key every key has its chunks, in order", "[engine][chunk]") {
  ps::graph g{"keys"};
  collected<std::vector<int>> seen;
  g.source("numbers", numbers(10)).by_key([](int n) { return n % 3; }).chunk(3).sink("collect", into(seen));
  run_to_end(g);
  CHECK(seen.sorted() == chunks{{0, 3, 6}, {1, 4, 7}, {2, 5, 8}, {9}});
}

TEST_CASE("jobs in chunks are acknowledged when their chunk is done, and not before", "[engine][chunk]") {
  job_graph jobs;
  std::size_t early = 0;
  jobs.jobs(10, 5).chunk("five", 5).sink("work", [&](const std::vector<int>& c) {
    early += jobs.told->acked.size() > static_cast<std::size_t>(c.front());
  });
  run_to_end(jobs.g);
  CHECK(early == 0);
  CHECK(jobs.told->acked.sorted() == numbers(10));
}

TEST_CASE("no job that lies in a chunk is acknowledged when the sink fails", "[engine][chunk]") {
  job_graph jobs;
  jobs.jobs(90, 91).chunk("hold", 100, 1h).sink("work", [](const std::vector<int>&) {
    throw broken_item{"no rows"};
  });
  CHECK(text_of<broken_item>([&] { run_to_end(jobs.g); }) == "no rows");
  CHECK(jobs.told->acked.size() == 0);
  CHECK(jobs.told->nacked.sorted() == numbers(90));
}

TEST_CASE("a chunk that is tried again and then left out counts for all its jobs", "[engine][chunk]") {
  job_graph jobs;
  int calls = 0;
  jobs.jobs(10, 10).chunk("five", 5).sink(
      "work",
      [&](const std::vector<int>& c) {
        ++calls;
        if (c.front() == 0) throw broken_item{"no"};
      },
      ps::on_error(ps::retry(2, 0ms), ps::skip()));
  run_to_end(jobs.g);
  CHECK(calls == 4);
  CHECK(jobs.told->acked.sorted() == numbers(10));
}

TEST_CASE("a run that is aborted refuses the jobs that lie in chunks", "[engine][chunk]") {
  job_graph jobs;
  headcount passed;
  ps::runtime rt{{}};
  jobs.g.source("queue", queue_that_stays{3, jobs.told}, ps::in_flight(10))
      .map([&](int n) {
        passed.arrive();
        return n;
      })
      .chunk("hold", 100, 1h)
      .sink("work", [](const std::vector<int>&) {});
  ps::run r = rt.start(jobs.g);
  REQUIRE(passed.await(3));
  r.abort();
  CHECK_THROWS(r.wait());
  CHECK(jobs.told->nacked.sorted() == numbers(3));
}

TEST_CASE("a drain sends short chunks at once", "[engine][chunk]") {
  job_graph jobs;
  headcount passed;
  collected<std::vector<int>> seen;
  ps::runtime rt{{}};
  jobs.g.source("queue", queue_that_stays{3, jobs.told}, ps::in_flight(10))
      .map([&](int n) {
        passed.arrive();
        return n;
      })
      .chunk("hold", 100, 1h)
      .sink("work", into(seen));
  ps::run r = rt.start(jobs.g);
  REQUIRE(passed.await(3));
  r.drain(30s);
  r.wait();
  CHECK(seen.values() == chunks{{0, 1, 2}});
  CHECK(jobs.told->acked.sorted() == numbers(3));
}

TEST_CASE("a consumer that wants no more leaves the jobs that lie in chunks to their source",
          "[engine][chunk]") {
  job_graph jobs;
  jobs.jobs(10, 10).chunk("two", 2).sink(
      "first only", [](ps::worker_context& context, const std::vector<int>&) { context.stop(); },
      ps::capacity(1));
  run_to_end(jobs.g);
  CHECK(jobs.told->acked.sorted() == std::vector{0, 1});
  CHECK(jobs.told->count() >= 2);
}

TEST_CASE("in_flight grows while chunks leave short, where the program does not say it", "[engine][chunk]") {
  job_graph jobs;
  collected<std::vector<int>> seen;
  jobs.jobs(400).chunk("hundred", 100, 5ms).sink("work", into(seen));
  const auto last = run_to_end(jobs.g);
  CHECK(stage_of(last, "queue").in_flight >= 100);
  CHECK(stage_of(last, "queue").in_flight <= 200);
  std::size_t longest = 0;
  for (const auto& each : seen.values()) longest = std::max(longest, each.size());
  CHECK(longest == 100);
  CHECK(seen.values().front().size() == 2);
  CHECK(jobs.told->acked.sorted() == numbers(400));
}

TEST_CASE("in_flight that the program gave does not grow", "[engine][chunk]") {
  job_graph jobs;
  collected<std::vector<int>> seen;
  jobs.jobs(20, 4).chunk("hundred", 100, 1ms).sink("work", into(seen));
  const auto last = run_to_end(jobs.g);
  CHECK(stage_of(last, "queue").in_flight == 4);
  for (const auto& each : seen.values()) CHECK(each.size() <= 4);
}

TEST_CASE("a slow consumer of chunks holds its producers back", "[engine][chunk]") {
  ps::graph g{"slow"};
  std::size_t made = 0;
  std::size_t most_ahead = 0;
  std::size_t done = 0;
  const auto count = [&made, n = 0]() mutable -> std::optional<int> {
    if (n == 5000) return std::nullopt;
    ++made;
    return n++;
  };
  g.source("numbers", count)
      .chunk("ten", 10, ps::capacity(20))
      .sink(
          "work",
          [&](const std::vector<int>& c) {
            done += c.size();
            most_ahead = std::max(most_ahead, made - done);
          },
          ps::capacity(1));
  ps::runtime_options options;
  options.threads = 1;
  run_to_end(g, options);
  CHECK(done == 5000);
  CHECK(most_ahead <= 20 + 10 + 10 + 10 + 10);
}

TEST_CASE("a chunk that no time ends and that nothing can fill is named as what the run waits for",
          "[engine][chunk]") {
  job_graph jobs;
  // The pieces of a job may be more than one, so nobody can know before.
  jobs.jobs(10, 2)
      .stage("one of one", [](int n) { return std::vector{n}; })
      .chunk("ten", 10)
      .sink("work", [](const std::vector<int>&) {});
  const auto told = text_of<ps::deadlock_error>([&] { run_to_end(jobs.g); });
  CHECK(mentions(told, "items to fill a chunk (2 of 10)"));
}

TEST_CASE("a key function that throws fails the run, and no job is acknowledged", "[engine][chunk]") {
  job_graph jobs;
  const auto key = [](int n) {
    if (n == 3) throw broken_item{"no key"};
    return n % 2;
  };
  jobs.jobs(5, 5).by_key(key).chunk("keys", 4, 1h).sink("work", [](const std::vector<int>&) {});
  CHECK(text_of<broken_item>([&] { run_to_end(jobs.g); }) == "no key");
  CHECK(jobs.told->acked.size() == 0);
  CHECK(jobs.told->nacked.size() == jobs.told->count());
}
