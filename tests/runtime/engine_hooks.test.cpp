#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// Writes down every call that it gets.
struct witness {
  collected<std::string>* calls;
  void on_start(ps::worker_context& context) { calls->push("start " + std::to_string(context.worker())); }
  int operator()(int n) {
    calls->push("item");
    return n;
  }
  void on_end() { calls->push("end"); }
  void on_stop() { calls->push("stop"); }
};

struct chunks_of_three {
  std::vector<int> held;
  std::optional<std::vector<int>> operator()(int n) {
    held.push_back(n);
    if (held.size() < 3) return std::nullopt;
    return std::exchange(held, {});
  }
  std::optional<std::vector<int>> on_end() {
    if (held.empty()) return std::nullopt;
    return std::exchange(held, {});
  }
};

struct remembers_all {
  std::vector<int> held;
  std::vector<int> operator()(int n) {
    held.push_back(n);
    return {};
  }
  std::vector<int> on_end() { return held; }
};

struct plain_start {
  bool started = false;
  void on_start() { started = true; }
  bool operator()(int) { return started; }
};

struct fails_in_start {
  void on_start() { throw broken_item{"no start"}; }
  int operator()(int n) { return n; }
};

struct fails_in_end {
  int operator()(int n) { return n; }
  void on_end() { throw broken_item{"no end"}; }
};

struct fails_when_made {
  fails_when_made() { throw broken_item{"not made"}; }
  int operator()(int n) { return n; }
};

}  // namespace

TEST_CASE("hooks are called in order: on_start, the items, on_end, on_stop", "[engine][hooks]") {
  ps::graph g{"hooks"};
  collected<std::string> calls;
  g.source("numbers", numbers(2)).stage("work", witness{&calls}).sink("end", [](int) {});
  run_to_end(g);
  CHECK(calls.values() == std::vector<std::string>{"start 0", "item", "item", "end", "stop"});
}

TEST_CASE("hooks are called once for each worker", "[engine][hooks]") {
  ps::graph g{"hooks of three"};
  collected<std::string> calls;
  g.source("numbers", numbers(1))
      .stage("work", witness{&calls}, ps::workers(3), ps::blocking)
      .sink("end", [](int) {});
  run_to_end(g);
  CHECK(calls.sorted() == std::vector<std::string>{"end", "end", "end", "item", "start 0", "start 1",
                                                   "start 2", "stop", "stop", "stop"});
}

TEST_CASE("an on_start that takes nothing is called before the first item", "[engine][hooks]") {
  ps::graph g{"plain start"};
  collected<bool> seen;
  g.source("one", std::vector{1}).stage("work", plain_start{}).sink("collect", [&](bool b) { seen.push(b); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{true});
}

TEST_CASE("on_end may still emit an item", "[engine][hooks]") {
  ps::graph g{"last chunk"};
  collected<std::vector<int>> seen;
  g.source("numbers", numbers(7))
      .stage("chunk", chunks_of_three{})
      .sink("collect", [&](const std::vector<int>& c) { seen.push(c); });
  run_to_end(g);
  CHECK(seen.values() == std::vector<std::vector<int>>{{0, 1, 2}, {3, 4, 5}, {6}});
}

TEST_CASE("on_end may emit more items than the next stage has room for", "[engine][hooks]") {
  ps::graph g{"much at the end"};
  collected<int> seen;
  g.source("numbers", numbers(500))
      .stage("hold", remembers_all{})
      .sink(
          "collect", [&](int n) { seen.push(n); }, ps::capacity(2));
  run_to_end(g);
  CHECK(seen.values() == numbers(500));
}

TEST_CASE("what on_end emits passes the fused operators", "[engine][hooks]") {
  ps::graph g{"fused end"};
  collected<int> seen;
  g.source("numbers", numbers(3))
      .stage("hold", remembers_all{})
      .map([](int n) { return n + 10; })
      .sink("collect", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{10, 11, 12});
}

TEST_CASE("a sink's hooks are called", "[engine][hooks]") {
  struct counting_sink {
    collected<std::string>* calls;
    int count = 0;
    void operator()(int) { ++count; }
    void on_end() { calls->push("end after " + std::to_string(count)); }
  };
  ps::graph g{"sink hooks"};
  collected<std::string> calls;
  g.source("numbers", numbers(4)).sink("count", counting_sink{&calls});
  run_to_end(g);
  CHECK(calls.values() == std::vector<std::string>{"end after 4"});
}

TEST_CASE("a source's hooks are called around its items", "[engine][hooks]") {
  struct hooked_source {
    collected<std::string>* calls;
    int left = 2;
    void on_start() { calls->push("start"); }
    std::optional<int> operator()() {
      calls->push("item");
      return left-- > 0 ? std::optional{left} : std::nullopt;
    }
    void on_stop() { calls->push("stop"); }
  };
  ps::graph g{"source hooks"};
  collected<std::string> calls;
  g.source("numbers", hooked_source{&calls}).sink("end", [](int) {});
  run_to_end(g);
  CHECK(calls.values() == std::vector<std::string>{"start", "item", "item", "item", "stop"});
}

TEST_CASE("a run that fails calls on_stop but not on_end", "[engine][hooks]") {
  for (const unsigned workers : {1U, 3U}) {
    ps::graph g{"no end"};
    collected<std::string> calls;
    // Without end: the stage must not have come to its own end before.
    g.source("numbers", endless()).stage("work", witness{&calls}, ps::workers(workers)).sink("fail", [](int) {
      throw broken_item{"bad"};
    });
    CHECK_THROWS_AS(run_to_end(g), broken_item);
    const auto seen = calls.values();
    CHECK(std::count(seen.begin(), seen.end(), "stop") == static_cast<int>(workers));
    CHECK(std::count(seen.begin(), seen.end(), "end") == 0);
  }
}

TEST_CASE(
    "a stage whose consumers want no more calls on_stop but not on_end, as nobody would take its outputs",
    "[engine][hooks]") {
  ps::graph g{"cancelled"};
  collected<std::string> calls;
  g.source("numbers", endless())
      .stage("work", witness{&calls})
      .sink("one", [](ps::worker_context& context, int) { context.stop(); });
  run_to_end(g);
  const auto seen = calls.values();
  CHECK(std::count(seen.begin(), seen.end(), "end") == 0);
  CHECK(std::count(seen.begin(), seen.end(), "stop") == 1);
  CHECK(seen.back() == "stop");
}

TEST_CASE("an exception in on_start fails the run and is rethrown", "[engine][hooks]") {
  ps::graph g{"bad start"};
  g.source("numbers", endless()).stage("work", fails_in_start{}).sink("end", [](int) {});
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "no start");
}

TEST_CASE("an exception in on_start of a blocking worker fails the run too", "[engine][hooks]") {
  ps::graph g{"bad start"};
  g.source("numbers", endless())
      .stage("work", fails_in_start{}, ps::workers(3), ps::blocking)
      .sink("end", [](int) {});
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "no start");
}

TEST_CASE("an exception in on_end fails the run and is rethrown", "[engine][hooks]") {
  ps::graph g{"bad end"};
  g.source("numbers", numbers(3)).stage("work", fails_in_end{}).sink("end", [](int) {});
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "no end");
}

TEST_CASE("a body whose constructor throws fails the run with that exception", "[engine][hooks]") {
  ps::graph g{"bad constructor"};
  g.source("numbers", endless())
      .stage("work", ps::each_worker([] { return fails_when_made{}; }), ps::workers(2))
      .sink("end", [](int) {});
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "not made");
}
