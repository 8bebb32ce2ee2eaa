#include <cmath>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

void check_shares(const ps::run_snapshot& all) {
  for (const auto& stage : all.stages) {
    INFO(stage.name);
    CHECK(std::abs(stage.busy + stage.idle + stage.blocked - 1.0) < 1e-6);
    CHECK(stage.busy >= 0);
    CHECK(stage.idle >= 0);
    CHECK(stage.blocked >= 0);
  }
}

}  // namespace

TEST_CASE("busy, idle and blocked shares of every stage add up to 1, during the run and after it",
          "[engine][snapshot]") {
  ps::graph g{"shares"};
  headcount entered;
  headcount released;
  g.source("numbers", numbers(300))
      .stage(
          "a", [](int n) { return n; }, ps::workers(3), ps::blocking, ps::capacity(4))
      .stage(
          "b", [](int n) { return n; }, ps::workers(2), ps::per_core)
      .sink(
          "c",
          [&](int n) {
            entered.arrive();
            if (n == 150) require_arrivals(released, 1);
          },
          ps::capacity(2), ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(entered.await(100));
  const auto during = r.snapshot();
  released.arrive();
  r.wait();
  check_shares(during);
  check_shares(r.snapshot());
}

TEST_CASE("the counters of a run that ended tell what went in and out of each stage", "[engine][snapshot]") {
  ps::graph g{"counters"};
  g.source("numbers", numbers(100))
      .stage("twice",
             [](int n) {
               return std::vector{n, n};
             })
      .stage("half", [](int n) { return n % 2 == 0 ? std::optional{n} : std::nullopt; })
      .sink("end", [](int) {});
  const auto all = run_to_end(g);
  CHECK(all.graph == "counters");
  CHECK(all.state == "done");
  CHECK(all.failure.empty());
  CHECK(all.elapsed.count() > 0);
  CHECK(stage_of(all, "numbers").out == 100);
  CHECK(stage_of(all, "twice").in == 100);
  CHECK(stage_of(all, "twice").out == 200);
  CHECK(stage_of(all, "half").in == 200);
  CHECK(stage_of(all, "half").out == 100);
  CHECK(stage_of(all, "half").dropped == 100);
  CHECK(stage_of(all, "end").in == 100);
  for (const auto& stage : all.stages) {
    INFO(stage.name);
    CHECK(stage.queued == 0);
    CHECK(stage.in_work == 0);
    CHECK(stage.state == "ended");
  }
}

TEST_CASE("the snapshot tells the kind of each stage", "[engine][snapshot]") {
  ps::graph g{"kinds"};
  g.source("jobs", numbers(2))
      .scatter("pieces", [](int n) { return std::vector{n}; })
      .stage("work", [](int n) { return n; })
      .gather("together", [](std::vector<ps::outcome<int>> pieces) { return pieces.size(); })
      .sink("end", [](std::size_t) {});
  const auto all = run_to_end(g);
  CHECK(stage_of(all, "jobs").kind == "source");
  CHECK(stage_of(all, "pieces").kind == "scatter");
  CHECK(stage_of(all, "work").kind == "stage");
  CHECK(stage_of(all, "together").kind == "gather");
  CHECK(stage_of(all, "end").kind == "sink");
}

TEST_CASE("a snapshot during the run shows who works and who waits", "[engine][snapshot]") {
  ps::graph g{"during"};
  headcount entered;
  headcount released;
  g.source("numbers", numbers(100))
      .sink(
          "slow",
          [&](int) {
            entered.arrive();
            require_arrivals(released, 1);
          },
          ps::workers(2), ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(entered.await(2));
  const auto during = r.snapshot();
  released.arrive();
  r.wait();
  CHECK(during.state == "running");
  CHECK(stage_of(during, "slow").state == "running");
  CHECK(stage_of(during, "slow").in_work >= 2);
}

TEST_CASE("service times are measured: a slow stage's median is not below its slowness",
          "[engine][snapshot]") {
  ps::graph g{"service"};
  g.source("numbers", numbers(10))
      .sink(
          "slow", [](int) { be_slow(5ms); }, ps::blocking, ps::capacity(1));
  const auto slow = stage_of(run_to_end(g), "slow");
  CHECK(slow.service.count >= 1);
  CHECK(static_cast<double>(slow.service.p50) >= 4e6);
  CHECK(slow.service.max >= slow.service.p50);
}

TEST_CASE("rates are items per second since the start", "[engine][snapshot]") {
  ps::graph g{"rates"};
  g.source("numbers", numbers(1000)).sink("end", [](int) {});
  const auto all = run_to_end(g);
  const auto end = stage_of(all, "end");
  const double seconds = std::chrono::duration<double>(all.elapsed).count();
  CHECK(end.in_rate > 0);
  CHECK(end.in_rate >= 0.5 * 1000 / seconds);
}
