// What users of the systems before us have to run a pipeline and to look at it. Titles begin with the feature
// as it is listed.

#include <atomic>
#include <queue>

#include <penstock_test/catch.hpp>

#include "../runtime/engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

TEST_CASE("orderly shutdown from top to bottom: each step ends after the one above it", "[parity]") {
  struct step {
    std::string name;
    collected<std::string>* ended;
    int operator()(int n) { return n; }
    void on_end() { ended->push(name); }
  };
  ps::graph g{"top to bottom"};
  collected<std::string> ended;
  g.source("numbers", numbers(500))
      .stage("a", step{"a", &ended})
      .stage("b", step{"b", &ended}, ps::workers(2), ps::blocking)
      .stage("c", step{"c", &ended})
      .sink("end", [](int) {});
  run_to_end(g);
  CHECK(ended.values() == std::vector<std::string>{"a", "b", "b", "c"});
}

TEST_CASE("stopping early when the result is known", "[parity]") {
  ps::graph g{"known"};
  int found = 0;
  g.source("numbers", endless())
      .map([](int n) { return n * n; })
      .sink("find", [&](ps::worker_context& context, int n) {
        if (n <= 1000) return;
        found = n;
        context.stop();
      });
  run_to_end(g);
  CHECK(found == 32 * 32);
}

TEST_CASE("ingestion lazily from an iterator: no more is read than is needed", "[parity]") {
  ps::graph g{"lazy"};
  headcount read;
  const auto read_all = [&]() -> ps::generator<int> {
    for (int i = 0; i < 1000000; ++i) {
      read.arrive();
      co_yield i;
    }
  };
  g.source("lines", read_all)
      .sink(
          "first", [](ps::worker_context& context, int) { context.stop(); }, ps::capacity(10));
  run_to_end(g);
  CHECK(read.count() <= 11);
}

TEST_CASE("ingestion from an existing queue", "[parity]") {
  auto queue = std::make_shared<std::queue<std::string>>();
  for (const char* word : {"a", "b", "c"}) queue->emplace(word);
  ps::graph g{"queue"};
  collected<std::string> seen;
  g.source("queue", [queue]() -> std::optional<std::string> {
     if (queue->empty()) return std::nullopt;
     auto word = queue->front();
     queue->pop();
     return word;
   }).sink("collect", [&](const std::string& word) { seen.push(word); });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::string>{"a", "b", "c"});
  CHECK(queue->empty());
}

TEST_CASE("in the background under a scope that starts and stops it and raises what went wrong", "[parity]") {
  ps::graph g{"background"};
  g.source("numbers", endless()).sink("end", [](int n) {
    if (n == 100) throw broken_item{"in the background"};
  });
  ps::runtime rt{ps::runtime_options{}};
  ps::run in_background = rt.start(g);
  CHECK(text_of<broken_item>([&] { in_background.wait(); }) == "in the background");
}

TEST_CASE("per-step counts and rates, queue fill, peak", "[parity]") {
  ps::graph g{"counts"};
  headcount entered;
  headcount released;
  g.source("numbers", numbers(50))
      .sink(
          "step",
          [&](int) {
            entered.arrive();
            require_arrivals(released, 1);
          },
          ps::capacity(10), ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(entered.await(1));
  const auto fill = stage_of(r.snapshot(), "step");
  released.arrive();
  r.wait();
  const auto step = stage_of(r.snapshot(), "step");
  CHECK(fill.in_work + fill.queued >= 1);
  CHECK(fill.in_work + fill.queued <= 10);
  CHECK(step.in == 50);
  CHECK(step.in_rate > 0);
  CHECK(step.peak_custody >= 1);
  CHECK(step.peak_custody <= 10);
}

TEST_CASE("callbacks around each item, and a callback on failure", "[parity]") {
  ps::graph g{"callbacks"};
  collected<int> before;
  collected<int> after;
  collected<std::string> failed;
  const auto guarded = [&](int n) -> std::optional<int> {
    try {
      if (n == 2) throw broken_item{"two"};
      return n * 10;
    } catch (const broken_item& error) {
      failed.push(error.what());
      return std::nullopt;
    }
  };
  g.source("numbers", numbers(4))
      .tap([&](int n) { before.push(n); })
      .stage("work", guarded)
      .tap([&](int n) { after.push(n); })
      .sink("end", [](int) {});
  run_to_end(g);
  CHECK(before.values() == numbers(4));
  CHECK(after.values() == std::vector{0, 10, 30});
  CHECK(failed.values() == std::vector<std::string>{"two"});
}

TEST_CASE("the runtime debugger: time, count and throughput per step at the end", "[parity]") {
  ps::graph g{"debugger"};
  g.source("numbers", numbers(20))
      .stage(
          "slow",
          [](int n) {
            be_slow(2ms);
            return n;
          },
          ps::blocking)
      .sink("end", [](int) {});
  const auto slow = stage_of(run_to_end(g), "slow");
  CHECK(slow.in == 20);
  CHECK(slow.out_rate > 0);
  CHECK(slow.busy > 0);
  CHECK(slow.service.count >= 1);
  CHECK(static_cast<double>(slow.service.p99) >= static_cast<double>(slow.service.p50));
}

TEST_CASE("a number of packets in flight each; in flight 1 makes the chain synchronous", "[parity]") {
  ps::graph g{"synchronous"};
  collected<std::string> story;
  g.source(
       "numbers",
       [&, i = 0]() mutable -> std::optional<int> {
         if (i == 3) return std::nullopt;
         story.push("make " + std::to_string(i));
         return i++;
       },
       ps::in_flight(1))
      .stage("work", [&](int n) { return story.push("work " + std::to_string(n)), n; })
      .sink("end", [&](int n) { story.push("end " + std::to_string(n)); });
  run_to_end(g);
  CHECK(story.values() == std::vector<std::string>{"make 0", "work 0", "end 0", "make 1", "work 1", "end 1",
                                                   "make 2", "work 2", "end 2"});
}

TEST_CASE(
    "a packet counts as in flight while it is produced, queued or processed; room comes before it is made",
    "[parity]") {
  ps::graph g{"room first"};
  std::atomic<int> alive{0};
  std::atomic<int> most{0};
  g.source("numbers",
           [&, i = 0]() mutable -> std::optional<int> {
             if (i == 500) return std::nullopt;
             most = std::max(most.load(), ++alive);
             return i++;
           })
      .sink(
          "end", [&](int) { --alive; }, ps::workers(2), ps::blocking, ps::capacity(6));
  run_to_end(g);
  CHECK(most <= 6);
}
