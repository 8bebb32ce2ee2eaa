// What users of the systems before us have around the steps of a pipeline: hooks, items given back, figures,
// reports. Titles begin with the feature as it is listed.

#include <atomic>
#include <sstream>

#include <nlohmann/json.hpp>
#include <penstock/runtime/report.hpp>
#include <penstock_test/catch.hpp>

#include "../runtime/engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// What the workers of a step share: who comes first and who goes last.
struct step_hooks {
  std::atomic<int> present{0};
  std::atomic<int> left{0};
  collected<std::string> story;
};

class hooked_step {
 public:
  hooked_step(std::shared_ptr<step_hooks> shared, int workers)
      : shared_{std::move(shared)}, workers_{workers} {}
  void on_start(ps::worker_context& context) {
    if (shared_->present++ == 0) shared_->story.push("first");
    shared_->story.push("start " + std::to_string(context.worker()));
  }
  int operator()(int n) { return n; }
  void on_stop() {
    shared_->story.push("stop");
    if (++shared_->left == workers_) shared_->story.push("last");
  }

 private:
  std::shared_ptr<step_hooks> shared_;
  int workers_;
};

/// Thrown by a step that wants an item later.
struct not_yet : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace

TEST_CASE("hooks for the first and the last worker of a step, and for each worker", "[parity]") {
  const auto shared = std::make_shared<step_hooks>();
  ps::graph g{"hooks"};
  g.source("numbers", numbers(100))
      .stage("work", hooked_step{shared, 4}, ps::workers(4), ps::blocking)
      .sink("end", [](int) {});
  run_to_end(g);
  const auto story = shared->story.values();
  REQUIRE(story.size() == 10);
  CHECK(story.front() == "first");
  CHECK(story.back() == "last");
  CHECK(shared->story.sorted() == std::vector<std::string>{"first", "last", "start 0", "start 1", "start 2",
                                                           "start 3", "stop", "stop", "stop", "stop"});
}

TEST_CASE("hooks of the last worker run after an orderly shutdown and after a failure alike", "[parity]") {
  const auto shared = std::make_shared<step_hooks>();
  ps::graph g{"hooks of a failure"};
  g.source("numbers", endless())
      .stage("work", hooked_step{shared, 2}, ps::workers(2), ps::blocking)
      .sink("fails", [](int n) {
        if (n >= 10) throw broken_item{"ten"};
      });
  CHECK_THROWS_AS(run_to_end(g), broken_item);
  CHECK(shared->story.values().back() == "last");
}

TEST_CASE("retries per item: each is tried again by itself, and the step learns which attempt it is",
          "[parity]") {
  ps::graph g{"retries"};
  collected<std::pair<int, std::uint32_t>> done;
  g.source("numbers", numbers(6))
      .sink(
          "work",
          [&](ps::worker_context& context, const int& n) {
            if (context.attempt() <= static_cast<std::uint32_t>(n % 3)) throw broken_item{"not yet"};
            done.push({n, context.attempt()});
          },
          ps::on_error(ps::retry(2, 0ms)));
  run_to_end(g);
  CHECK(done.sorted() ==
        std::vector<std::pair<int, std::uint32_t>>{{0, 1}, {1, 2}, {2, 3}, {3, 1}, {4, 2}, {5, 3}});
}

TEST_CASE("giving an item back to the step's own input: others go on, and it comes again", "[parity]") {
  ps::graph g{"given back"};
  collected<int> done;
  g.source("numbers", numbers(20))
      .sink(
          "needs all others",
          [&](const int& n) {
            if (n == 0 && done.size() < 19) throw not_yet{"the others come first"};
            done.push(n);
          },
          ps::on_error(ps::retry(1000, 1ms).when<not_yet>()));
  const auto all = run_to_end(g);
  REQUIRE(done.size() == 20);
  CHECK(done.values().back() == 0);
  CHECK(done.sorted() == numbers(20));
  CHECK(stage_of(all, "needs all others").retries >= 1);
  CHECK(stage_of(all, "needs all others").failures == 0);
}

TEST_CASE("alive, ok, count: a run says whether it goes on, how it ended, and how much went through",
          "[parity]") {
  ps::graph g{"alive"};
  headcount entered;
  headcount released;
  headcount ended;
  g.source("numbers", numbers(10))
      .sink(
          "end",
          [&](int n) {
            entered.arrive();
            if (n == 4) require_arrivals(released, 1);
          },
          ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  r.when_ended([&] { ended.arrive(); });
  REQUIRE(entered.await(5));
  const auto alive = r.snapshot();
  const auto ended_before = ended.count();
  released.arrive();
  r.wait();
  REQUIRE(ended.await(1));
  const auto after = r.snapshot();
  CHECK(alive.state == "running");
  CHECK(alive.failure.empty());
  CHECK(ended_before == 0);
  CHECK(after.state == "done");
  CHECK(stage_of(after, "end").in == 10);
}

TEST_CASE("ok: a run that failed says in what and with which words; a callback hears of it", "[parity]") {
  ps::graph g{"not ok"};
  headcount told;
  g.source("numbers", numbers(10)).sink("bad step", [](int n) {
    if (n == 3) throw broken_item{"number three"};
  });
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  r.when_ended([&] { told.arrive(); });
  CHECK_THROWS_AS(r.wait(), broken_item);
  REQUIRE(told.await(1));
  const auto after = r.snapshot();
  CHECK(after.state == "failed");
  CHECK(mentions(after.failure, "bad step"));
  CHECK(mentions(after.failure, "broken_item"));
  CHECK(mentions(after.failure, "number three"));
}

TEST_CASE("peak memory: the most that a step held, in bytes of its items", "[parity]") {
  ps::graph g{"peak"};
  g.source("numbers", numbers(200))
      .map([](int) { return std::string(10'000, 'x'); })
      .sink(
          "end", [](const std::string&) {}, ps::capacity(4));
  const auto end = stage_of(run_to_end(g), "end");
  CHECK(end.peak_custody_bytes >= 10'000);
  CHECK(end.peak_custody_bytes <= 4 * 10'200);
}

TEST_CASE("the runtime debugger: a step's time is its own, not that of the steps it waits for", "[parity]") {
  ps::graph g{"exclusive"};
  g.source("numbers", numbers(20))
      .stage(
          "quick", [](int n) { return n; }, ps::capacity(1))
      .sink(
          "slow", [](int) { be_slow(5ms); }, ps::blocking, ps::capacity(1));
  const auto all = run_to_end(g);
  const auto quick = stage_of(all, "quick");
  const auto slow = stage_of(all, "slow");
  CHECK(quick.in == 20);
  CHECK(slow.in == 20);
  CHECK(slow.service.p50 >= 4'000'000);
  CHECK(quick.service.p50 < 4'000'000);
  CHECK(quick.busy < slow.busy);
  CHECK(quick.blocked > quick.busy);
}

TEST_CASE("the runtime debugger: reports during the run and at the end, to a reporter of the user's choice",
          "[parity]") {
  ps::graph g{"reported"};
  headcount entered;
  headcount released;
  g.source("numbers", numbers(10))
      .sink(
          "step",
          [&](int n) {
            entered.arrive();
            if (n == 4) require_arrivals(released, 1);
          },
          ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(entered.await(5));
  std::ostringstream table;
  ps::write_report(table, r.snapshot());
  const auto during = nlohmann::json::parse(ps::report_json(r.snapshot()));
  released.arrive();
  r.wait();
  const auto after = nlohmann::json::parse(ps::report_json(r.snapshot()));
  CHECK(mentions(table.str(), "reported"));
  CHECK(mentions(table.str(), "step"));
  CHECK(during.at("state") == "running");
  CHECK(after.at("state") == "done");
  for (const char* figure : {"in", "in_rate", "busy", "service", "queue_wait", "peak_custody"}) {
    INFO(figure);
    CHECK(after.at("stages").back().contains(figure));
  }
  CHECK(after.at("stages").back().at("in") == 10);
}
