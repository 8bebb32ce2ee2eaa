#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// A body that throws on every attempt before attempt `good` at item `bad`.
auto fails_before(std::uint32_t good, int bad) {
  return [good, bad](ps::worker_context& context, const int& n) {
    if (n == bad && context.attempt() < good)
      throw broken_item{"attempt " + std::to_string(context.attempt())};
    return n;
  };
}

}  // namespace

TEST_CASE("wait rethrows the very exception object that the body threw", "[engine][errors]") {
  ps::graph g{"original"};
  const void* thrown = nullptr;
  g.source("numbers", numbers(3))
      .stage("work",
             [&](int n) {
               try {
                 if (n == 1) throw broken_item{"one"};
               } catch (const broken_item& error) {
                 thrown = &error;
                 throw;
               }
               return n;
             })
      .sink("end", [](int) {});
  const void* caught = nullptr;
  try {
    run_to_end(g);
  } catch (const broken_item& error) {
    caught = &error;
  }
  CHECK(caught != nullptr);
  CHECK(caught == thrown);
}

TEST_CASE("an exception that is no std::exception fails the run and is rethrown", "[engine][errors]") {
  ps::graph g{"not std"};
  g.source("numbers", numbers(3))
      .stage(
          "work", [](int n) -> int { throw n + 40; }, ps::blocking)
      .sink("end", [](int) {});
  int caught = 0;
  try {
    run_to_end(g);
  } catch (int thrown) {
    caught = thrown;
  }
  CHECK(caught == 40);
}

TEST_CASE("a failed run says in its snapshot where and why", "[engine][errors]") {
  ps::graph g{"tells"};
  g.source("numbers", numbers(3))
      .stage("work", [](int) -> int { throw broken_item{"out of paper"}; })
      .sink("end", [](int) {});
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  CHECK_THROWS_AS(r.wait(), broken_item);
  const auto all = r.snapshot();
  CHECK(all.state == "failed");
  CHECK(mentions(all.failure, "work"));
  CHECK(mentions(all.failure, "out of paper"));
  CHECK(stage_of(all, "work").failures == 1);
}

TEST_CASE("a source that throws fails the run with that exception", "[engine][errors]") {
  ps::graph g{"bad source"};
  g.source("numbers", [i = 0]() mutable -> std::optional<int> {
     if (i == 10) throw broken_item{"source"};
     return i++;
   }).sink("end", [](int) {});
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "source");
}

TEST_CASE("a sink that throws ends an endless source with that exception", "[engine][errors]") {
  ps::graph g{"bad sink"};
  g.source("numbers", endless())
      .stage(
          "pass", [](int n) { return n; }, ps::workers(2))
      .sink("end", [](int n) {
        if (n == 2000) throw broken_item{"sink"};
      });
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "sink");
}

TEST_CASE("rt.run returns 0 for a run that ends well and 1 for one that fails", "[engine][errors]") {
  ps::runtime rt{ps::runtime_options{}};
  ps::graph good{"good"};
  good.source("numbers", numbers(3)).sink("end", [](int) {});
  CHECK(rt.run(good) == 0);
  ps::graph bad{"bad"};
  bad.source("numbers", numbers(3)).sink("end", [](int) { throw broken_item{"expected by a test"}; });
  CHECK(rt.run(bad) == 1);
}

TEST_CASE("retry(n) makes n + 1 attempts, numbered from 1", "[engine][errors]") {
  ps::graph g{"attempts"};
  collected<std::uint32_t> attempts;
  g.source("one", std::vector{1})
      .stage(
          "work",
          [&](ps::worker_context& context, const int&) -> int {
            attempts.push(context.attempt());
            throw broken_item{"always"};
          },
          ps::on_error(ps::retry(3, 0ms)))
      .sink("end", [](int) {});
  CHECK_THROWS_AS(run_to_end(g), broken_item);
  CHECK(attempts.values() == std::vector<std::uint32_t>{1, 2, 3, 4});
}

TEST_CASE("an item that succeeds on a retry goes on once, and only it was retried", "[engine][errors]") {
  ps::graph g{"second try"};
  collected<int> seen;
  g.source("numbers", numbers(50))
      .stage("work", fails_before(3, 20), ps::on_error(ps::retry(3, 1ms)))
      .sink("collect", [&](int n) { seen.push(n); });
  const auto work = stage_of(run_to_end(g), "work");
  CHECK(seen.sorted() == numbers(50));
  CHECK(work.retries == 2);
  CHECK(work.out == 50);
}

TEST_CASE("an ordered stage keeps its order through a retry", "[engine][errors]") {
  ps::graph g{"ordered retry"};
  collected<int> seen;
  g.source("numbers", numbers(200))
      .stage("work", fails_before(3, 7), ps::workers(3), ps::blocking, ps::ordered,
             ps::on_error(ps::retry(2, 1ms)))
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == numbers(200));
}

TEST_CASE("a retry of the last item is not lost behind the end of the stream", "[engine][errors]") {
  ps::graph g{"last retry"};
  collected<int> seen;
  g.source("numbers", numbers(10))
      .stage("work", fails_before(4, 9), ps::on_error(ps::retry(3, 5ms)))
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == numbers(10));
}

TEST_CASE("a body that takes its item by value gets an unspoilt one at each attempt", "[engine][errors]") {
  ps::graph g{"unspoilt"};
  collected<std::string> seen;
  g.source("one", std::vector<std::string>{"clean"})
      .stage(
          "work",
          [](ps::worker_context& context, std::string text) {
            const auto before = std::exchange(text, "spoilt");
            if (context.attempt() < 3) throw broken_item{"again"};
            return before;
          },
          ps::on_error(ps::retry(3, 0ms)))
      .sink("collect", [&](const std::string& text) { seen.push(text); });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::string>{"clean"});
}

TEST_CASE("outputs of a failed attempt are not seen: they are committed on success", "[engine][errors]") {
  ps::graph g{"commit"};
  collected<int> seen;
  g.source("one", std::vector{1})
      .stage(
          "work",
          [](ps::worker_context& context, const int&) -> ps::generator<int> {
            co_yield 1;
            co_yield 2;
            if (context.attempt() == 1) throw broken_item{"after two"};
            co_yield 3;
          },
          ps::max_output(3), ps::on_error(ps::retry(1, 0ms)))
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{1, 2, 3});
}

TEST_CASE("a sink may retry", "[engine][errors]") {
  ps::graph g{"sink retry"};
  collected<int> seen;
  g.source("numbers", numbers(5))
      .sink(
          "store",
          [&](ps::worker_context& context, const int& n) {
            if (context.attempt() == 1) throw broken_item{"first"};
            seen.push(n);
          },
          ps::workers(2), ps::blocking, ps::on_error(ps::retry(1, 0ms)));
  run_to_end(g);
  CHECK(seen.sorted() == numbers(5));
}
