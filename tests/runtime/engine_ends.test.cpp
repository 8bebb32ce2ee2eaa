#include <atomic>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

TEST_CASE("stop from a sink ends an endless source, and the run ends well", "[engine][ends]") {
  ps::graph g{"enough"};
  headcount seen;
  g.source("numbers", endless())
      .stage(
          "pass", [](int n) { return n; }, ps::workers(2))
      .sink("first hundred", [&](ps::worker_context& context, int) {
        seen.arrive();
        if (seen.count() == 100) context.stop();
      });
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  CHECK_NOTHROW(r.wait());
  CHECK(seen.count() >= 100);
}

TEST_CASE("after stop no further item reaches a sink of one worker", "[engine][ends]") {
  ps::graph g{"no more"};
  collected<int> seen;
  g.source("numbers", endless()).sink("first ten", [&](ps::worker_context& context, int n) {
    seen.push(n);
    if (n == 9) context.stop();
  });
  run_to_end(g);
  CHECK(seen.values() == numbers(10));
}

TEST_CASE("stop from a stage in the middle cancels upstream; what it emitted still arrives",
          "[engine][ends]") {
  ps::graph g{"middle"};
  collected<int> seen;
  g.source("numbers", endless())
      .stage("until five",
             [](ps::worker_context& context, int n) {
               if (n == 5) context.stop();
               return n;
             })
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == numbers(6));
}

TEST_CASE("a consumer that stops does not end the other consumers of a broadcast", "[engine][ends]") {
  ps::graph g{"one leaves"};
  collected<int> all;
  auto s = g.source("numbers", numbers(3000));
  s.sink("one", [](ps::worker_context& context, int) { context.stop(); });
  s.sink("all", [&](int n) { all.push(n); });
  run_to_end(g);
  CHECK(all.values() == numbers(3000));
}

TEST_CASE("drain ends the source, and everything that it made arrives", "[engine][ends]") {
  ps::graph g{"drained"};
  std::atomic<int> made{0};
  headcount seen;
  g.source("numbers", [&]() -> std::optional<int> { return made++; })
      .stage(
          "pass", [](int n) { return n; }, ps::workers(2), ps::blocking)
      .sink("count", [&](int) { seen.arrive(); });
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(seen.await(1000));
  r.drain();
  CHECK_NOTHROW(r.wait());
  CHECK(seen.count() == static_cast<std::size_t>(made.load()));
  CHECK(r.snapshot().state == "done");
}

TEST_CASE("a source that waits learns of a drain from its context", "[engine][ends]") {
  ps::graph g{"waiting source"};
  headcount waiting;
  headcount drained;
  std::atomic<bool> asked_before{true};
  std::atomic<bool> asked{false};
  g.source(
       "waits",
       [&](ps::source_context& context) -> std::optional<int> {
         asked_before = context.stop_requested();
         waiting.arrive();
         require_arrivals(drained, 1);
         asked = context.stop_requested();
         return std::nullopt;
       },
       ps::blocking)
      .sink("end", [](int) {});
  g.source("witness", endless_witness{&drained}).sink("end of witness", [](int) {});
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(waiting.await(1));
  r.drain();
  CHECK_NOTHROW(r.wait());
  CHECK_FALSE(asked_before);
  CHECK(asked);
}

TEST_CASE("abort ends the run at once, and wait throws aborted_error", "[engine][ends]") {
  ps::graph g{"aborted"};
  headcount seen;
  g.source("numbers", endless())
      .stage(
          "pass", [](int n) { return n; }, ps::workers(2), ps::blocking)
      .sink("count", [&](int) { seen.arrive(); });
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(seen.await(100));
  r.abort();
  CHECK_THROWS_AS(r.wait(), ps::aborted_error);
  CHECK(r.snapshot().state == "aborted");
}

TEST_CASE("a long body learns of an abort from its context", "[engine][ends]") {
  ps::graph g{"long body"};
  headcount inside;
  headcount stopped;
  std::atomic<bool> asked_before{true};
  std::atomic<bool> asked{false};
  auto s = g.source("numbers", endless());
  s.sink("witness", stop_witness{&stopped});
  s.sink(
      "long",
      [&](ps::worker_context& context, int) {
        asked_before = context.stop_requested();
        inside.arrive();
        require_arrivals(stopped, 1);
        asked = context.stop_requested();
      },
      ps::blocking, ps::capacity(1));
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(inside.await(1));
  r.abort();
  CHECK_THROWS_AS(r.wait(), ps::aborted_error);
  CHECK_FALSE(asked_before);
  CHECK(asked);
}

TEST_CASE("a run that goes out of scope aborts and joins: no body is left", "[engine][ends]") {
  auto life = std::make_shared<int>(0);
  {
    ps::graph g{"scope"};
    headcount seen;
    g.source("numbers", endless())
        .stage(
            "pass", [life](int n) { return n; }, ps::workers(3), ps::blocking)
        .sink(
            "count", [&, life](int) { seen.arrive(); }, ps::workers(2), ps::per_core);
    ps::runtime rt{ps::runtime_options{}};
    const ps::run r = rt.start(g);
    REQUIRE(seen.await(10));
  }
  CHECK(life.use_count() == 1);
}

TEST_CASE("wait may be called twice, and throws the same exception twice", "[engine][ends]") {
  ps::graph g{"twice"};
  g.source("numbers", numbers(1)).sink("end", [](int) { throw broken_item{"bad"}; });
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  CHECK_THROWS_AS(r.wait(), broken_item);
  CHECK_THROWS_AS(r.wait(), broken_item);
}

TEST_CASE("abort after the end changes nothing", "[engine][ends]") {
  ps::graph g{"late abort"};
  g.source("numbers", numbers(10)).sink("end", [](int) {});
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  r.wait();
  r.abort();
  r.drain();
  CHECK_NOTHROW(r.wait());
  CHECK(r.snapshot().state == "done");
}

TEST_CASE("two runs of one runtime go side by side", "[engine][ends]") {
  headcount meeting;
  const auto meet = [&](int) {
    meeting.arrive();
    require_arrivals(meeting, 2);
  };
  ps::graph a{"a"};
  a.source("one", std::vector{1}).sink("meet", meet, ps::blocking);
  ps::graph b{"b"};
  b.source("one", std::vector{1}).sink("meet", meet, ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run first = rt.start(a);
  ps::run second = rt.start(b);
  CHECK_NOTHROW(first.wait());
  CHECK_NOTHROW(second.wait());
}

TEST_CASE("a run in which nothing moves for longer than its inactivity limit fails with inactivity_error",
          "[engine][ends]") {
  ps::graph g{"idle"};
  headcount stopped;
  g.source(
       "waits",
       [&]() -> std::optional<int> {
         require_arrivals(stopped, 1);
         return std::nullopt;
       },
       ps::blocking)
      .sink("witness", stop_witness{&stopped});
  ps::runtime_options options;
  options.inactivity = 100ms;
  const auto text = text_of<ps::inactivity_error>([&] { run_to_end(g, options); });
  CHECK(mentions(text, "idle"));
  CHECK(mentions(text, "100 ms"));
}

TEST_CASE("a graph of 100 stages without an item ends", "[engine][ends]") {
  ps::graph g{"long"};
  auto s = g.source("none", std::vector<int>{});
  for (int i = 0; i < 98; ++i) s = s.stage("stage " + std::to_string(i), [](int n) { return n; });
  s.sink("end", [](int) {});
  CHECK(run_to_end(g).stages.size() == 100);
}
