// Graphs that are refused because of what would be held in them.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/memory_bound.hpp>
#include <penstock/runtime/run_plan.hpp>
#include <penstock_test/catch.hpp>

#include "engine_support.hpp"
#include "job_queue.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// The batcher that everybody writes.
struct batcher {
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

/// Gives out all that it got at the end.
struct collector {
  int sum = 0;
  void operator()(int n) { sum += n; }
  int on_end() { return sum; }
};

struct one_to_one {
  int operator()(int n) { return n; }
  int on_end() { return 1; }
};

struct dropper {
  std::optional<int> operator()(int n) { return n % 2 == 0 ? std::optional{n} : std::nullopt; }
  void on_end() {}
};

struct discard {
  template <class T>
  void operator()(const T&) {}
};

template <class E = ps::option_error>
std::string problem(const ps::graph& g, const ps::settings& set = {}) {
  try {
    ps::make_plan(g.data(), set);
  } catch (const E& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a body that may keep items is refused behind a source that acknowledges", "[chunk]") {
  job_graph jobs;
  jobs.jobs(9).map([](int n) { return n; }).stage("rows", batcher{}).sink("end", discard{});
  CHECK(problem(jobs.g) ==
        "graph 'jobs', stage 'rows': its body may keep items for its on_end, and source 'queue' would count "
        "their jobs as done while they lie there; use chunk to collect items, or say ps::loses_held_items");
}

TEST_CASE("a body that only collects compiles, and is refused in the same way", "[chunk]") {
  job_graph jobs;
  jobs.jobs(9).stage("sum", collector{}).sink("end", discard{});
  CHECK(mentions(problem(jobs.g), "ps::loses_held_items"));
}

TEST_CASE("gathers and scatters whose bodies may keep items are refused in the same way", "[chunk]") {
  struct keeps_jobs {
    std::optional<int> operator()(const std::vector<ps::outcome<int>>&) { return std::nullopt; }
    int on_end() { return 1; }
  };
  struct keeps_pieces {
    std::vector<int> operator()(int) { return {}; }
    std::vector<int> on_end() { return {1}; }
  };
  const auto pieces = [](int n) { return std::vector(3, n); };
  const auto count = [](const std::vector<ps::outcome<int>>& all) { return all.size(); };
  job_graph gathers;
  gathers.jobs(9).scatter("split", pieces).gather("join", keeps_jobs{}).sink("end", discard{});
  CHECK(mentions(problem(gathers.g), "gather 'join': its body may keep items"));
  job_graph scatters;
  scatters.jobs(9).scatter("split", keeps_pieces{}).gather("join", count).sink("end", discard{});
  CHECK(mentions(problem(scatters.g), "scatter 'split': its body may keep items"));
  job_graph told;
  told.jobs(9)
      .scatter("split", keeps_pieces{}, ps::loses_held_items)
      .gather("join", keeps_jobs{}, ps::loses_held_items)
      .sink("end", discard{});
  CHECK(problem(told.g).empty());
}

TEST_CASE("a source that replays is one that such bodies are refused behind, whoever says so", "[chunk]") {
  ps::graph g{"replays"};
  g.source("numbers", numbers(3), ps::replay(1)).stage("sum", collector{}).sink("end", discard{});
  CHECK(mentions(problem(g), "source 'numbers'"));

  ps::graph from_outside{"replays"};
  from_outside.source("numbers", numbers(3)).stage("sum", collector{}).sink("end", discard{});
  CHECK(problem(from_outside).empty());
  ps::settings set;
  set.set("numbers.replay=1");
  CHECK(mentions(problem(from_outside, set), "source 'numbers'"));
}

TEST_CASE("bodies that keep nothing, or whose program says that it may be lost, are fine", "[chunk]") {
  job_graph jobs;
  const auto all = jobs.jobs(9);
  all.stage("one to one", one_to_one{}).sink("a", discard{});
  all.stage("dropper", dropper{}).sink("b", discard{});
  all.stage("sum", collector{}, ps::loses_held_items).sink("c", discard{});
  all.stage("rows", batcher{}, ps::loses_held_items).sink("d", discard{});
  CHECK(problem(jobs.g).empty());
}

TEST_CASE("what a body collects comes out at the end, and is not counted as dropped", "[engine][chunk]") {
  ps::graph g{"collects"};
  collected<int> sums;
  collected<std::vector<int>> rows;
  const auto all = g.source("numbers", numbers(7));
  all.stage("sum", collector{}).sink("a", [&](int n) { sums.push(n); });
  all.stage("rows", batcher{}).sink("b", [&](const std::vector<int>& r) { rows.push(r); });
  const auto last = run_to_end(g);
  CHECK(sums.values() == std::vector{21});
  CHECK(rows.size() == 3);
  CHECK(stage_of(last, "sum").dropped == 0);
  CHECK(stage_of(last, "rows").dropped == 0);
  CHECK(stage_of(last, "sum").out == 1);
}

TEST_CASE("a chunk of less than one item is refused, and a delay that is none", "[chunk]") {
  const auto told = [](auto n, auto... delay) {
    ps::graph g{"g"};
    g.source("numbers", numbers(3)).chunk("rows", n, delay...).sink("end", discard{});
    return problem(g);
  };
  CHECK(told(0) == "graph 'g', chunk 'rows': chunk(0): expected a whole number from 1 to 1000000000");
  CHECK(mentions(told(-1), "chunk(-1)"));
  CHECK(told(5, 0s) ==
        "graph 'g', chunk 'rows': chunk(5, 0s): expected a duration from 1ms to 7d, such as 200ms");
  CHECK(mentions(told(5, -1s), "chunk(5, -1s)"));
  CHECK(told(5, 1ms).empty());
}

TEST_CASE("a chunk that could never be full in max_held is refused", "[chunk]") {
  ps::graph g{"g"};
  g.source("numbers", numbers(3)).chunk("rows", 11, ps::max_held(10)).sink("end", discard{});
  CHECK(
      problem(g) ==
      "graph 'g', chunk 'rows': chunk(11) is never full with max_held = 10, which must be as large at least");
}

TEST_CASE("a chunk larger than in_flight without a delay is refused behind a source that counts jobs",
          "[chunk]") {
  const auto told = [](int in_flight, auto... delay) {
    job_graph jobs;
    jobs.jobs(9, in_flight)
        .stage("work", [](int n) { return n; })
        .chunk("rows", 5, delay...)
        .sink("end", discard{});
    return problem(jobs.g);
  };
  CHECK(told(4) ==
        "graph 'jobs', chunk 'rows': chunk(5) could never be full: only 4 jobs are in flight before it; give "
        "it a delay, or the source in_flight(5) or more");
  CHECK(told(5).empty());
  CHECK(told(1, 1s).empty());
  job_graph usual;
  usual.jobs(9).chunk("rows", 5).sink("end", discard{});
  CHECK(mentions(problem(usual.g), "only 2 jobs"));
}

TEST_CASE("chunks of chunks count the jobs of both", "[chunk]") {
  const auto told = [](int in_flight) {
    job_graph jobs;
    jobs.jobs(9, in_flight).chunk("pairs", 2).chunk("fours", 2).sink("end", discard{});
    return problem(jobs.g);
  };
  CHECK(told(4).empty());
  CHECK(mentions(told(3), "chunk 'fours'"));
}

TEST_CASE("of several sources in front of a chunk each must be able to fill it, as the others may end",
          "[chunk]") {
  const auto told = [](int first, int second) {
    job_graph jobs;
    ps::merge(jobs.g.source("one", job_queue{9, jobs.told}, ps::in_flight(first)),
              jobs.g.source("two", job_queue{9, jobs.told}, ps::in_flight(second)),
              jobs.g.source("three", numbers(9)))
        .chunk("rows", 5)
        .sink("end", discard{});
    return problem(jobs.g);
  };
  CHECK(told(5, 5).empty());
  CHECK(mentions(told(5, 4), "only 4 jobs are in flight before it"));
  CHECK(mentions(told(4, 5), "only 4 jobs are in flight before it"));
}

TEST_CASE("a job that comes to a chunk on two ways counts twice", "[chunk]") {
  job_graph jobs;
  const auto all = jobs.jobs(9, 3);
  const auto other = all.stage("other", [](int n) { return -n; });
  ps::merge(all, other).chunk("rows", 6).sink("end", discard{});
  CHECK_NOTHROW(ps::make_plan(jobs.g.data(), {}));
}

TEST_CASE("in_flight grows for chunks of chunks up to the jobs in both", "[chunk]") {
  job_graph nested;
  nested.jobs(9).chunk("rows", 10, 1s).chunk("tens", 10, 1s).sink("end", discard{});
  CHECK(ps::make_plan(nested.g.data(), {}).sources.at(0).most_in_flight == 200);
  job_graph apart;
  apart.jobs(9).chunk("rows", 10, 1s).flatten().chunk("others", 10, 1s).sink("end", discard{});
  CHECK(ps::make_plan(apart.g.data(), {}).sources.at(0).most_in_flight == 20);
}

TEST_CASE("chunks for keys without a delay need a max_held that jobs in flight can reach", "[chunk]") {
  const auto told = [](auto... options) {
    job_graph jobs;
    jobs.jobs(9, 10).by_key([](int n) { return n % 5; }).chunk("rows", 5, options...).sink("end", discard{});
    return problem(jobs.g);
  };
  CHECK(mentions(told(), "chunk(5) for each key could wait for ever"));
  CHECK(told(ps::max_held(9)).empty());
  CHECK(mentions(told(ps::max_held(10)), "for each key"));
  CHECK(told(1s).empty());
}

TEST_CASE("a chunk between a scatter and its gather is refused", "[chunk]") {
  ps::graph g{"g"};
  g.source("numbers", numbers(3))
      .scatter("split", [](int n) { return std::vector(3, n); })
      .chunk("rows", 2)
      .gather("join", [](const std::vector<ps::outcome<std::vector<int>>>& all) { return all.size(); })
      .sink("end", discard{});
  CHECK(mentions(problem<ps::graph_error>(g),
                 "chunk 'rows': it stands between scatter 'split' and its gather"));
}

TEST_CASE("chunks can be set from outside", "[chunk]") {
  ps::graph g{"g"};
  g.source("numbers", numbers(3)).chunk("rows", 11, 1s).sink("end", discard{});
  ps::settings set;
  set.set("rows.size=20");
  set.set("rows.delay=5s");
  set.set("rows.max_held=100");
  const auto plan = ps::make_plan(g.data(), set);
  const auto& chunk = plan.stages.at(0).chunk.size > 0 ? plan.stages.at(0).chunk : plan.stages.at(1).chunk;
  CHECK(chunk.size == 20);
  CHECK(chunk.delay == 5'000'000'000);
  CHECK(chunk.max_held == 100);
}

TEST_CASE("describe tells of chunks, and of in_flight that grows for them", "[chunk]") {
  job_graph jobs;
  jobs.jobs(9).chunk("rows", 500, 2s).sink("end", discard{});
  const auto text = ps::describe(jobs.g, {});
  CHECK(mentions(text, "source 'queue', in flight 2 growing to 1000 while chunks leave short"));
  CHECK(mentions(text, "chunk 'rows' <- 'queue', of 500 items or 2s, holds 65536 items, 64MiB"));
}

TEST_CASE("the memory bound counts what chunks hold", "[chunk]") {
  const auto bound = [](auto... options) {
    ps::graph g{"g"};
    g.source("numbers", numbers(3)).chunk("rows", 10, options...).sink("end", discard{});
    return ps::memory_bound(g);
  };
  const auto usual = bound();
  CHECK(usual > 0);
  CHECK(usual - bound(ps::max_held(36)) == (65536 - 36) * sizeof(int));
}
