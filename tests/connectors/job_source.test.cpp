// A queue's source in a run: how often it goes to the store, what it holds, what it says at its end.

#include <penstock/connectors/job_source.hpp>

#include <penstock_test/catch.hpp>

#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>

#include <atomic>
#include <future>
#include <optional>

#include "job_shelf.hpp"

using namespace penstock_test;
using Catch::Matchers::Contains;

namespace {

/// What an engine gives a source, by hand.
struct by_hand {
  by_hand() {
    run.graph = "jobs";
    run.log = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>());
  }
  std::optional<int> next(ps::job_source<int>& from, std::uint32_t room) {
    context.set_room(room);
    auto given = from(context);
    context.take_pause();
    if (!given) return std::nullopt;
    receipts.push_back(given->receipt);
    return given->item;
  }
  void flush(ps::job_source<int>& from, std::uint32_t room) {
    context.set_room(room);
    from.flush_verdicts(context);
  }

  ps::run_state run;
  std::string name = "pull";
  ps::source_context context{run, name};
  std::vector<ps::job_receipt> receipts;
};

}  // namespace

TEST_CASE("a source takes what it may give on and keeps what it has not given") {
  const auto of = std::make_shared<shelf>();
  of->fill(100);
  shelf_queue queue{of};
  by_hand engine;
  queue.on_start(engine.context);
  CHECK(queue.at_hand() == 0);
  CHECK(engine.next(queue, 10) == 0);
  CHECK(of->out.size() == 10);
  CHECK(queue.at_hand() == 9);
  for (int job = 1; job < 10; ++job) CHECK(engine.next(queue, 10) == job);
  CHECK(of->exchanges == 1);
}

TEST_CASE("a source that is asked for jobs next tells its verdicts then") {
  const auto of = std::make_shared<shelf>();
  of->fill(100);
  shelf_queue queue{of};
  by_hand engine;
  queue.on_start(engine.context);
  engine.next(queue, 1);
  queue.ack(engine.receipts[0]);
  engine.flush(queue, 1);
  CHECK(of->exchanges == 1);
  CHECK(engine.next(queue, 1) == 1);
  CHECK(of->exchanges == 2);
  CHECK(of->done == std::vector{0});
  queue.ack(engine.receipts[1]);
  engine.flush(queue, 0);  // nothing more is asked of it
  CHECK(of->done == std::vector{0, 1});
}

TEST_CASE("jobs that were not given on go back when the run drains, before those at work are done") {
  const auto of = std::make_shared<shelf>();
  of->fill(10);
  shelf_queue queue{of};
  by_hand engine;
  queue.on_start(engine.context);
  engine.next(queue, 4);
  SECTION("a drain") { engine.run.draining = true; }
  SECTION("an abort") { engine.run.stopping = true; }
  engine.flush(queue, 0);
  CHECK(of->refused == std::vector{1, 2, 3});
  CHECK(of->out.size() == 1);
  CHECK_FALSE(engine.next(queue, 4));
  CHECK(queue.untold().nacked == 0);
}

TEST_CASE("many jobs take few exchanges, and never more are out than in_flight says") {
  const auto of = std::make_shared<shelf>();
  of->fill(10'000);
  ps::runtime rt;
  ps::graph g{"jobs"};
  std::atomic<int> worked{0};
  g.source("pull", shelf_queue{of, ending()}, ps::in_flight(256)).sink("work", [&](const int&) { ++worked; });
  rt.start(g).wait();
  CHECK(worked == 10'000);
  CHECK(of->done.size() == 10'000);
  CHECK(of->most_out <= 256);
  CHECK(of->exchanges < 1'000);
}

TEST_CASE("jobs that nobody here can read fail the run when all else is done, and undo nothing") {
  const auto of = std::make_shared<shelf>();
  of->fill(5);
  of->unreadable = 2;
  struct summing {
    std::atomic<bool>* at_end;
    void operator()(const int&) {}
    void on_end() { *at_end = true; }
  };
  std::atomic<bool> at_end{false};
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", shelf_queue{of, ending()}).sink("work", summing{&at_end});
  ps::run running = rt.start(g);
  std::string said;
  try {
    running.wait();
  } catch (const ps::job_queue_error& problem) {
    said = problem.what();
  }
  CHECK_THAT(said, Contains("2 are left that this program can't read"));
  CHECK(of->done.size() == 5);
  CHECK(at_end);
  CHECK(running.snapshot().state == "failed");
}

TEST_CASE("what a store did not hear is not counted as done") {
  const auto of = std::make_shared<shelf>();
  of->fill(5);
  std::promise<void> begun;
  std::promise<void> go_on;
  ps::runtime rt;
  ps::graph g{"jobs"};
  std::atomic<int> worked{0};
  g.source("pull", shelf_queue{of}, ps::in_flight(5))
      .sink(
          "work",
          [&](const int& job) {
            if (job == 4) {
              begun.set_value();
              go_on.get_future().wait();
            }
            ++worked;
          },
          ps::blocking);
  ps::run running = rt.start(g);
  begun.get_future().wait();
  {
    const std::lock_guard lock{of->mutex};
    of->away = true;
  }
  go_on.set_value();
  running.drain(std::chrono::milliseconds{100});
  CHECK_THROWS_AS(running.wait(), ps::aborted_error);
  const auto seen = running.snapshot().stages.at(0);
  CHECK(worked == 5);
  CHECK(seen.acked == of->done.size());
  CHECK(seen.untold > 0);
  CHECK(seen.acked + seen.nacked + seen.untold == 5);
}
