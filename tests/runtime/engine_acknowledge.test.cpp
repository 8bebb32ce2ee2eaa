#include <map>

#include <penstock_test/catch.hpp>

#include "job_queue.hpp"

namespace ps = penstock;
using namespace penstock_test;

TEST_CASE("every job that goes through is acknowledged exactly once", "[engine][acknowledge]") {
  job_graph f;
  f.jobs(500)
      .stage(
          "work", [](int n) { return n; }, ps::workers(3), ps::blocking)
      .sink(
          "end", [](int) {}, ps::workers(2));
  run_to_end(f.g);
  CHECK(f.told->acked.sorted() == numbers(500));
  CHECK(f.told->nacked.size() == 0);
}

TEST_CASE("a job is acknowledged after all that came of it is done", "[engine][acknowledge]") {
  job_graph f;
  f.jobs(40)
      .stage("split",
             [](int n) {
               return std::vector{n, n, n};
             })
      .stage(
          "work", [](int n) { return n; }, ps::workers(3), ps::blocking)
      .sink("end", [&](int n) { f.told->story.push("did " + std::to_string(n)); });
  run_to_end(f.g);
  std::map<std::string, int> done;
  std::size_t acks = 0;
  for (const auto& line : f.told->story.values()) {
    const auto job = line.substr(line.find(' ') + 1);
    if (line.starts_with("did")) ++done[job];
    if (line.starts_with("ack")) {
      ++acks;
      CHECK(done[job] == 3);
    }
  }
  CHECK(acks == 40);
}

TEST_CASE("a job of which nothing is left is acknowledged: dropped, filtered, flattened away",
          "[engine][acknowledge]") {
  job_graph f;
  f.jobs(90)
      .stage("drop", [](int n) { return n % 3 == 0 ? std::nullopt : std::optional{n}; })
      .filter([](int n) { return n % 3 == 1; })
      .flat_map([](int) { return std::vector<int>{}; })
      .sink("end", [](int) {});
  run_to_end(f.g);
  CHECK(f.told->acked.sorted() == numbers(90));
}

TEST_CASE("a broadcast job is acknowledged once, after both branches", "[engine][acknowledge]") {
  job_graph f;
  auto s = f.jobs(100);
  s.sink("left", [&](int n) { f.told->story.push("did " + std::to_string(n)); });
  s.stage(
       "right", [](int n) { return n; }, ps::workers(2))
      .sink("end", [&](int n) { f.told->story.push("did " + std::to_string(n)); });
  run_to_end(f.g);
  CHECK(f.told->acked.sorted() == numbers(100));
  std::map<std::string, int> done;
  for (const auto& line : f.told->story.values()) {
    const auto job = line.substr(line.find(' ') + 1);
    if (line.starts_with("did")) ++done[job];
    if (line.starts_with("ack")) CHECK(done[job] == 2);
  }
}

TEST_CASE("a skipped failure settles its job as a success", "[engine][acknowledge]") {
  job_graph f;
  f.jobs(20).sink(
      "end",
      [](int n) {
        if (n % 2 == 0) throw broken_item{"even"};
      },
      ps::on_error(ps::skip()));
  run_to_end(f.g);
  CHECK(f.told->acked.sorted() == numbers(20));
}

TEST_CASE("a job is not acknowledged while it is retried", "[engine][acknowledge]") {
  job_graph f;
  f.jobs(10).sink(
      "end",
      [&](ps::worker_context& context, const int& n) {
        if (context.attempt() < 3) throw broken_item{"again"};
        f.told->story.push("did " + std::to_string(n));
      },
      ps::on_error(ps::retry(2, 0ms)));
  run_to_end(f.g);
  const auto story = f.told->story.values();
  REQUIRE(story.size() == 20);
  for (int n = 0; n < 10; ++n) {
    const auto did = std::find(story.begin(), story.end(), "did " + std::to_string(n));
    const auto ack = std::find(story.begin(), story.end(), "ack " + std::to_string(n));
    CHECK(did < ack);
    CHECK(ack != story.end());
  }
}

TEST_CASE(
    "when the run fails, the failed job is refused with the reason, and each job gets one verdict at most",
    "[engine][acknowledge]") {
  job_graph f;
  f.jobs(50).sink("end", [](int n) {
    if (n == 7) throw broken_item{"job seven is bad"};
  });
  CHECK_THROWS_AS(run_to_end(f.g), broken_item);
  const auto acked = f.told->acked.sorted();
  const auto nacked = f.told->nacked.sorted();
  CHECK(std::binary_search(nacked.begin(), nacked.end(), 7));
  CHECK(!std::binary_search(acked.begin(), acked.end(), 7));
  std::vector<int> all;
  std::merge(acked.begin(), acked.end(), nacked.begin(), nacked.end(), std::back_inserter(all));
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  bool named = false;
  for (const auto& reason : f.told->reasons.values()) named = named || mentions(reason, "job seven is bad");
  CHECK(named);
}

TEST_CASE("on abort every job that the source delivered gets its verdict", "[engine][acknowledge]") {
  struct endless_queue {
    std::shared_ptr<verdicts> told;
    std::shared_ptr<headcount> delivered;
    std::optional<int> operator()() {
      delivered->arrive();
      return static_cast<int>(delivered->count());
    }
    void ack(const int& job) { told->acked.push(job); }
    void nack(const int& job, const std::string& reason) {
      told->nacked.push(job);
      told->reasons.push(reason);
    }
  };
  auto told = std::make_shared<verdicts>();
  auto delivered = std::make_shared<headcount>();
  {
    ps::graph g{"aborted jobs"};
    headcount done;
    g.source("queue", endless_queue{told, delivered})
        .stage(
            "work", [](int n) { return n; }, ps::workers(2), ps::blocking)
        .sink("end", [&](int) { done.arrive(); });
    ps::runtime rt{ps::runtime_options{}};
    ps::run r = rt.start(g);
    REQUIRE(done.await(50));
    r.abort();
    CHECK_THROWS_AS(r.wait(), ps::aborted_error);
  }
  CHECK(told->count() == delivered->count());
  for (const auto& reason : told->reasons.values()) CHECK(!reason.empty());
}

TEST_CASE("a drain lets the delivered jobs finish and acknowledges them", "[engine][acknowledge]") {
  job_graph f;
  headcount done;
  f.jobs(1000000)
      .stage(
          "work", [](int n) { return n; }, ps::workers(2))
      .sink("end", [&](int) { done.arrive(); });
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(f.g);
  REQUIRE(done.await(20));
  r.drain();
  r.wait();
  CHECK(f.told->acked.size() == done.count());
  CHECK(f.told->nacked.size() == 0);
}

TEST_CASE("in_flight(n) on a source that acknowledges counts jobs until their verdict",
          "[engine][acknowledge]") {
  struct counting_queue {
    std::shared_ptr<verdicts> told;
    std::shared_ptr<std::size_t> most;
    int next = 0;
    std::optional<int> operator()() {
      if (next == 100) return std::nullopt;
      *most = std::max(*most, static_cast<std::size_t>(next) + 1 - told->count());
      return next++;
    }
    void ack(const int& job) { told->acked.push(job); }
    void nack(const int& job, const std::string&) { told->nacked.push(job); }
  };
  auto told = std::make_shared<verdicts>();
  auto most = std::make_shared<std::size_t>(0);
  ps::graph g{"jobs in flight"};
  g.source("queue", counting_queue{told, most}, ps::in_flight(3))
      .stage("split", [](int n) { return std::vector<int>(50, n); })
      .sink("end", [](int) {});
  run_to_end(g);
  CHECK(told->acked.size() == 100);
  CHECK(*most <= 3);
}

TEST_CASE("a gathered job is acknowledged once, after what gather made of it is done",
          "[engine][acknowledge]") {
  job_graph f;
  f.jobs(30)
      .scatter("pieces", [](int n) { return std::vector<int>(static_cast<std::size_t>(n % 4), n); })
      .stage(
          "work",
          [](int n) {
            if (n % 5 == 0) throw broken_item{"piece"};
            return n;
          },
          ps::workers(2))
      .gather("together", [](std::vector<ps::outcome<int>> pieces) { return pieces.size(); })
      .sink("end", [&](std::size_t) { f.told->story.push("did"); });
  run_to_end(f.g);
  CHECK(f.told->acked.sorted() == numbers(30));
  CHECK(f.told->nacked.size() == 0);
  std::size_t done = 0;
  std::size_t acked = 0;
  bool early = false;
  for (const auto& line : f.told->story.values()) {
    ++(line == "did" ? done : acked);
    early = early || acked > done;
  }
  CHECK_FALSE(early);
}
