// Drains with a deadline: what can end in time ends, the rest is refused, whatever the bodies do.

#include <algorithm>
#include <csignal>
#include <memory>

#include <penstock_test/catch.hpp>

#include "job_queue.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// What a body that never returns waits for: the end of the test, which it may outlive.
struct gate {
  std::shared_ptr<headcount> opened = std::make_shared<headcount>();
  std::shared_ptr<headcount> reached = std::make_shared<headcount>();

  void wait() const {
    reached->arrive();
    opened->await_for(1, patience);
  }
};

struct opened_gate {
  gate at;
  ~opened_gate() { at.opened->arrive(); }
};

ps::stage_snapshot queue_of(const ps::run& r) { return stage_of(r.snapshot(), "queue"); }

}  // namespace

TEST_CASE("a drain that ends in time is no abort", "[engine][drain]") {
  job_graph f;
  f.jobs(50).sink("end", [](int) {});
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(f.g);
  r.drain(1h);
  CHECK_NOTHROW(r.wait());
  CHECK(r.snapshot().state == "done");
  CHECK_FALSE(r.snapshot().deadline_passed);
  CHECK(queue_of(r).acked == f.told->acked.size());
  CHECK(queue_of(r).nacked == 0);
}

TEST_CASE("at a drain's deadline what is not done is refused, and all else was acknowledged",
          "[engine][drain]") {
  job_graph f;
  headcount at_last;
  f.jobs(20, 10).sink(
      "end",
      [&](ps::worker_context& context, int n) {
        if (n < 5) return;
        at_last.arrive();
        while (!context.stop_requested()) be_slow(1ms);  // a long body that looks
        throw broken_item{"cut off"};
      },
      ps::workers(2), ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(f.g);
  REQUIRE(at_last.await(2));
  r.drain(20ms);
  CHECK_THROWS_AS(r.wait(), ps::aborted_error);
  const auto last = r.snapshot();
  CHECK(last.deadline_passed);
  CHECK(mentions(last.reason, "deadline"));
  CHECK(f.told->acked.sorted() == numbers(5));
  CHECK(f.told->nacked.size() >= 2);
  CHECK(queue_of(r).out == f.told->count());
  CHECK(queue_of(r).acked == 5);
  CHECK(queue_of(r).nacked == f.told->nacked.size());
}

TEST_CASE("the job of a body that never returns is refused at the end, and only once", "[engine][drain]") {
  opened_gate hung;
  job_graph f;
  f.jobs(8, 4).sink(
      "end",
      [at = hung.at](int n) {
        if (n == 2) at.wait();
      },
      ps::workers(2), ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  {
    ps::run r = rt.start(f.g);
    REQUIRE(hung.at.reached->await(1));
    r.drain(1ms);
    CHECK_THROWS_AS(r.wait(), ps::aborted_error);
    const auto queue = queue_of(r);
    CHECK(queue.acked + queue.nacked == f.told->count());
    CHECK(stage_of(r.snapshot(), "end").lost_threads == 1);
  }
  const auto nacked = f.told->nacked.sorted();
  CHECK(std::count(nacked.begin(), nacked.end(), 2) == 1);
  auto all = nacked;
  for (const int n : f.told->acked.values()) all.push_back(n);
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("a run whose drain by a signal takes too long ends with 75, and says what was done",
          "[engine][drain]") {
  opened_gate hung;
  job_graph f;
  f.jobs(4, 4).sink(
      "end",
      [at = hung.at](int n) {
        if (n < 3) return;
        std::raise(SIGTERM);
        at.wait();
      },
      ps::blocking);
  ps::runtime_options options;
  options.drain = 20ms;
  ps::runtime rt{options};
  ps::run_snapshot last;
  CHECK(rt.run(f.g, last) == 75);
  CHECK(last.deadline_passed);
  CHECK(f.told->acked.sorted() == numbers(3));
  CHECK(f.told->nacked.values() == std::vector{3});
}

TEST_CASE("a second signal aborts a drain at once", "[engine][drain]") {
  opened_gate hung;
  job_graph f;
  f.jobs(4, 4).sink(
      "end",
      [at = hung.at](ps::worker_context& context, int n) {
        if (n < 3) return;
        std::raise(SIGTERM);
        std::raise(SIGTERM);  // as to the whole process group, meant as one
        be_slow(150ms);
        CHECK_FALSE(context.stop_requested());
        std::raise(SIGTERM);
        while (!context.stop_requested()) be_slow(1ms);
      },
      ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run_snapshot last;
  CHECK(rt.run(f.g, last) == 128 + SIGTERM);
  CHECK_FALSE(last.deadline_passed);
  CHECK(f.told->count() == 4);
}
