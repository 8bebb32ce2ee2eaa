#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

struct broken_connection : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Tells of each of its instances. The instance that meets item `breaks_at` for the first time breaks.
struct stateful {
  std::string name;
  std::shared_ptr<collected<std::string>> story;
  headcount* starts;
  int breaks_at = -1;

  void on_start() {
    story->push(name + " starts");
    starts->arrive();
  }
  void on_stop() { story->push(name + " stops"); }
  int operator()(ps::worker_context& context, const int& n) {
    if (n == breaks_at && context.attempt() == 1) throw broken_connection{"gone"};
    return n;
  }
};

const auto replaced = ps::on_error(ps::restart_worker(3).when<broken_connection>());

struct group_graph {
  std::shared_ptr<collected<std::string>> story = std::make_shared<collected<std::string>>();
  headcount starts;
  collected<int> seen;
  ps::graph g{"grouped"};

  /// The source does not end before bodies have started so often, so that no stage has when another crashes.
  template <class... Options>
  void build(int breaks, int jobs, std::size_t expected_starts, const Options&... options) {
    const auto next = [this, jobs, expected_starts, n = 0]() mutable -> std::optional<int> {
      if (n == jobs) {
        require_arrivals(starts, expected_starts);
        return std::nullopt;
      }
      return n++;
    };
    auto s = g.source("numbers", next, ps::blocking);
    const auto at = [&](const std::string& name) {
      return stateful{name, story, &starts,
                      std::string(1, static_cast<char>('a' + breaks)) == name ? jobs / 2 : -1};
    };
    s.stage("a", at("a"), replaced, options...)
        .stage("b", at("b"), replaced, options...)
        .stage("c", at("c"), replaced, options...)
        .sink("end", [this](int n) { seen.push(n); });
  }
  std::map<std::string, int> counts() const {
    std::map<std::string, int> all;
    for (const auto& line : story->values()) ++all[line];
    return all;
  }
};

}  // namespace

TEMPLATE_TEST_CASE_SIG(
    "one for all: a crash replaces the workers of the whole group, and nothing is lost or out of order",
    "[engine][groups]", ((int Pool), Pool), 0, 1, 2) {
  for (int breaks = 0; breaks < 3; ++breaks) {
    group_graph f;
    if constexpr (Pool == 0) f.build(breaks, 2000, 6);
    if constexpr (Pool == 1) f.build(breaks, 300, 12, ps::blocking, ps::workers(2), ps::ordered);
    if constexpr (Pool == 2) f.build(breaks, 2000, 12, ps::workers(2), ps::ordered);
    f.g.one_for_all("all", {"a", "b", "c"});
    const auto seen = run_to_end(f.g);
    CHECK(f.seen.values() == numbers(Pool == 1 ? 300 : 2000));
    const int each = Pool == 0 ? 2 : 4;
    for (const char* stage : {"a", "b", "c"}) {
      INFO("pool " << Pool << ", stage " << stage << ", broke " << breaks);
      CHECK(f.counts()[std::string{stage} + " starts"] == each);
      CHECK(f.counts()[std::string{stage} + " stops"] == each);
    }
    REQUIRE(seen.supervision.members.size() == 3);  // the source, the sink, the group
    const auto& group = seen.supervision.members[2];
    CHECK(group.name == "all");
    CHECK(group.kind == "group");
    CHECK(group.strategy == "one_for_all");
    CHECK(group.restarts == 1);
    CHECK(group.members.size() == 3);
  }
}

TEST_CASE("one for all: the last stops first, and they start in order", "[engine][groups]") {
  group_graph f;
  f.build(1, 100, 6);
  f.g.one_for_all("all", {"c", "a", "b"});
  run_to_end(f.g);
  const auto story = f.story->values();
  REQUIRE(story.size() == 12);
  const std::vector<std::string> stops{story.begin() + 3, story.begin() + 6};
  // The one that broke stops at once.
  CHECK(stops == std::vector<std::string>{"b stops", "a stops", "c stops"});
}

TEST_CASE("rest for one: those before the crashed stage keep their workers", "[engine][groups]") {
  group_graph f;
  f.build(1, 500, 5);
  f.g.rest_for_one("rest", {"a", "b", "c"});
  run_to_end(f.g);
  CHECK(f.seen.values() == numbers(500));
  CHECK(f.counts()["a starts"] == 1);
  CHECK(f.counts()["b starts"] == 2);
  CHECK(f.counts()["c starts"] == 2);
}

TEST_CASE("a half-done generator item is finished before its worker is replaced", "[engine][groups]") {
  group_graph f;
  std::atomic<int> breaks{1};
  f.g.source("numbers", numbers(50))
      .stage(
          "many",
          [](int n) -> ps::generator<int> {
            for (int i = 0; i < 40; ++i) co_yield 40 * n + i;
          },
          ps::capacity(4))
      .stage(
          "narrow", [](int n) { return n; }, ps::capacity(2))
      .sink(
          "end",
          [&](const int& n) {
            if (n == 999 && breaks.fetch_sub(1) == 1) throw broken_connection{"gone"};
            f.seen.push(n);
          },
          replaced, ps::capacity(1));
  f.g.one_for_all("all", {"many", "narrow", "end"});
  run_to_end(f.g);
  CHECK(f.seen.values() == numbers(2000));
}

TEST_CASE("a worker that does not end within its shutdown time fails the run, in words", "[engine][groups]") {
  headcount inside;
  headcount release;
  ps::graph g{"stuck"};
  auto s = g.source("numbers", numbers(2));
  s.sink(
      "long",
      [&](int) {
        inside.arrive();
        release.await_for(1, 10s);
      },
      ps::blocking, ps::shutdown(20ms));
  s.sink(
      "breaks",
      [&](const int&) {
        require_arrivals(inside, 1);
        throw broken_connection{"gone"};
      },
      ps::blocking, replaced);
  g.one_for_all("both", {"long", "breaks"});
  ps::runtime rt{ps::runtime_options{}};
  ps::run running = rt.start(g);
  running.when_ended([&] { release.arrive(); });
  try {
    running.wait();
    FAIL("the run went well");
  } catch (const ps::restarts_error& e) {
    CHECK(mentions(e.what(), "graph 'stuck', stage 'long'"));
    CHECK(mentions(e.what(), "within 20 ms (shutdown)"));
  }
}

TEST_CASE("a worker that is replaced with its group may fail to start, and is tried again",
          "[engine][groups]") {
  struct opening {
    std::atomic<int>* starts;
    void on_start() {
      if (starts->fetch_add(1) == 1) throw broken_connection{"refused"};  // the second one
    }
    int operator()(int n) { return n; }
  };
  for (const bool pooled : {false, true}) {
    std::atomic<int> starts{0};
    headcount through;
    ps::graph g{"session"};
    const auto next = [&, n = 0]() mutable -> std::optional<int> {
      if (n == 15) require_arrivals(through, 1);  // what comes now needs a new worker of "open"
      return n == 20 ? std::nullopt : std::optional{n++};
    };
    collected<int> seen;
    const auto use = [&](ps::worker_context& context, const int& n) {
      if (n == 10 && context.attempt() == 1) throw broken_connection{"gone"};
      seen.push(n);
      if (n == 12) through.arrive();
    };
    const auto source = g.source("numbers", next, ps::blocking);
    const auto opened =
        pooled ? source.stage("open", opening{&starts}, ps::blocking, ps::restarts(20, 1min, 0ms))
               : source.stage("open", opening{&starts}, ps::restarts(20, 1min, 0ms));
    opened.sink("use", use, replaced);
    g.one_for_all("session", {"open", "use"});
    run_to_end(g);
    CHECK(seen.values() == numbers(20));
    CHECK(starts.load() == 3);
  }
}

TEST_CASE("groups that can't be are refused with their names", "[engine][groups]") {
  const auto refused = [](std::vector<std::string> stages, bool twice = false) {
    group_graph f;
    f.build(0, 1, 3);
    f.g.one_for_all("odd", std::move(stages));
    if (twice) f.g.rest_for_one("second", {"a", "b"});
    ps::runtime rt{ps::runtime_options{}};
    try {
      rt.start(f.g);
    } catch (const ps::graph_error& e) {
      return std::string{e.what()};
    }
    return std::string{"taken"};
  };
  CHECK(mentions(refused({"a"}), "graph 'grouped', one_for_all 'odd': expected two stages or more"));
  CHECK(mentions(refused({"a", "x"}), "there is no stage 'x'"));
  CHECK(mentions(refused({"a", "numbers"}), "'numbers' is a source"));
  CHECK(mentions(refused({"a", "c"}, true), "rest_for_one 'second': stage 'a' is in a group already"));
}
