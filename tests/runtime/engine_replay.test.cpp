#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// Makes two of each item; of some it loses the second one the first few times.
struct leaky {
  std::map<int, int>* losses;  ///< still to come
  std::mutex* mutex;

  ps::generator<int> operator()(int n) const {
    co_yield 10 * n;
    {
      const std::lock_guard lock{*mutex};
      const auto left = losses->find(n);
      if (left != losses->end() && left->second-- > 0) throw broken_item{"leaked"};
    }
    co_yield 10 * n + 1;
  }
};

struct leaky_graph {
  std::map<int, int> losses;
  std::mutex mutex;
  collected<int> seen;
  ps::graph g{"leaky"};

  template <class Source, class Replay>
  void build(Source source, Replay option) {
    g.source("numbers", std::move(source), option)
        .stage("leak", leaky{&losses, &mutex}, ps::on_error(ps::skip()), ps::workers(2), ps::blocking)
        .sink("end", [this](int n) { seen.push(n); });
  }
  /// How often each came.
  std::map<int, int> counts() const {
    std::map<int, int> all;
    for (const int n : seen.values()) ++all[n];
    return all;
  }
};

}  // namespace

TEST_CASE("an item of which something was lost is given out again, the last one too", "[engine][replay]") {
  leaky_graph f;
  f.losses = {{3, 1}, {7, 2}, {199, 3}};
  f.build(numbers(200), ps::replay());
  const auto seen = run_to_end(f.g);
  const auto counts = f.counts();
  CHECK(counts.size() == 400);
  CHECK(counts.at(31) == 1);
  CHECK(counts.at(30) == 2);
  CHECK(counts.at(70) == 3);
  CHECK(counts.at(1990) == 4);
  CHECK(counts.at(1991) == 1);
  CHECK(stage_of(seen, "numbers").nacked == 6);
}

TEST_CASE("without replay what was lost stays lost", "[engine][replay]") {
  leaky_graph f;
  f.losses = {{3, 1}};
  f.build(numbers(20), ps::in_flight(4));
  run_to_end(f.g);
  CHECK(f.counts().size() == 39);
}

TEST_CASE("an item that is lost too often fails the run, in words", "[engine][replay]") {
  leaky_graph f;
  f.losses = {{5, 3}};
  f.build(numbers(20), ps::replay(2));
  try {
    run_to_end(f.g);
    FAIL("the run went well");
  } catch (const ps::replay_error& e) {
    CHECK(mentions(e.what(), "graph 'leaky', source 'numbers'"));
    CHECK(mentions(e.what(), "lost 3 times (replay = 2)"));
    CHECK(mentions(e.what(), "failed after its first output"));
  }
  CHECK(f.counts().at(50) == 3);
}

TEST_CASE("what a stage that stops early has not taken is not missed", "[engine][replay]") {
  for (int round = 0; round < 20; ++round) {
    collected<int> seen;
    ps::graph g{"stops"};
    g.source("numbers", numbers(5'000), ps::replay(1))
        .stage(
            "pass", [](int n) { return n; }, ps::workers(2), ps::blocking)
        .sink("end", [&seen](ps::worker_context& context, int n) {
          seen.push(n);
          if (seen.size() == 100) context.stop();
        });
    run_to_end(g);
    CHECK(seen.size() >= 100);
  }
}

TEST_CASE("a drain asks the origin no more, but gives again what was lost", "[engine][replay]") {
  std::map<int, int> losses{{0, 1}};
  std::mutex mutex;
  headcount arrived;
  headcount drained;
  collected<int> seen;
  const leaky leak{&losses, &mutex};
  ps::graph g{"leaky"};
  g.source("numbers", endless(), ps::replay(), ps::in_flight(1))
      .stage(
          "leak",
          [&](int n) -> ps::generator<int> {
            arrived.arrive();
            require_arrivals(drained, 1);
            return leak(n);
          },
          ps::on_error(ps::skip()), ps::blocking)
      .sink("end", [&](int n) { seen.push(n); });
  ps::runtime rt{ps::runtime_options{}};
  ps::run running = rt.start(g);
  REQUIRE(arrived.await(1));
  running.drain();
  drained.arrive();
  running.wait();
  // The origin may have been asked a few times more before the drain reached the source.
  auto first = seen.values();
  REQUIRE(first.size() >= 3);
  first.resize(3);
  CHECK(first == std::vector{0, 0, 1});
}

TEST_CASE("replay from outside is refused where the source acknowledges its jobs", "[engine][replay]") {
  struct queue {
    std::optional<int> operator()() { return std::nullopt; }
    void ack(const int&) {}
  };
  ps::graph g{"jobs"};
  g.source("pull", queue{}).sink("end", [](int) {});
  ps::runtime_options options;
  options.overrides.set("pull.replay=2");
  ps::runtime rt{options};
  CHECK_THROWS_AS(rt.start(g), ps::option_error);
}

TEST_CASE("replay from outside is refused where items can't be copied", "[engine][replay]") {
  ps::graph g{"jobs"};
  g.source("pull", [] {
     return std::optional<std::unique_ptr<int>>{};
   }).sink("end", [](const std::unique_ptr<int>&) {});
  ps::runtime_options options;
  options.overrides.set("pull.replay=2");
  ps::runtime rt{options};
  CHECK_THROWS_AS(rt.start(g), ps::option_error);
}
