#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include <penstock_test/catch.hpp>

#include "engine_support.hpp"

namespace ps = penstock;
using namespace penstock_test;
using namespace ps::literals;

TEST_CASE("a stage never holds more items than its capacity", "[engine][limits]") {
  ps::graph g{"custody"};
  g.source("numbers", numbers(20000))
      .stage(
          "a", [](int n) { return n; }, ps::capacity(7))
      .stage(
          "b", [](int n) { return n; }, ps::workers(3), ps::per_core, ps::capacity(16))
      .sink(
          "c", [](int) {}, ps::capacity(1));
  const auto all = run_to_end(g);
  CHECK(stage_of(all, "a").peak_custody <= 7);
  CHECK(stage_of(all, "b").peak_custody <= 16);
  CHECK(stage_of(all, "c").peak_custody <= 1);
  CHECK(stage_of(all, "c").in == 20000);
}

TEST_CASE("a merge shares the capacity of its consumer and never exceeds it", "[engine][limits]") {
  ps::graph g{"shared capacity"};
  std::vector<ps::stream<int>> inputs;
  for (int i = 0; i < 3; ++i) inputs.push_back(g.source("source " + std::to_string(i), numbers(3000)));
  ps::merge(inputs[0], inputs[1], inputs[2])
      .stage(
          "one", [](int n) { return n; }, ps::capacity(9))
      .sink("end", [](int) {});
  const auto all = run_to_end(g);
  CHECK(stage_of(all, "one").peak_custody <= 9);
  CHECK(stage_of(all, "one").in == 9000);
}

TEST_CASE("bytes bound what a stage holds by weight", "[engine][limits]") {
  ps::graph g{"bytes"};
  g.source("numbers", numbers(2000))
      .map([](int) { return std::string(1000, 'x'); })
      .sink(
          "end", [](const std::string&) {}, ps::bytes(10_KiB));
  const auto end = stage_of(run_to_end(g), "end");
  CHECK(end.in == 2000);
  CHECK(end.peak_custody_bytes <= 10 * 1024 + 1100);  // the last item may overrun the limit
}

TEST_CASE("an item heavier than the stage's bytes passes alone", "[engine][limits]") {
  ps::graph g{"oversize"};
  collected<std::size_t> seen;
  const std::vector<std::size_t> sizes{10, 50000, 10, 60000, 10};
  g.source("sizes", sizes)
      .map([](std::size_t n) { return std::string(n, 'x'); })
      .stage(
          "work", [](const std::string& s) { return s.size(); }, ps::bytes(1_KiB))
      .sink("collect", [&](std::size_t n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == sizes);
}

TEST_CASE("a source stops when its consumer stands still, within the capacities between them",
          "[engine][limits]") {
  ps::graph g{"held back"};
  std::atomic<std::size_t> made{0};
  headcount released;
  headcount entered;
  g.source("numbers", [&]() -> std::optional<int> { return static_cast<int>(made++); })
      .stage(
          "pass", [](int n) { return n; }, ps::capacity(10))
      .sink(
          "stuck",
          [&](ps::worker_context& context, int) {
            entered.arrive();
            require_arrivals(released, 1);
            context.stop();
          },
          ps::capacity(5), ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(entered.await(1));
  const auto in_between = r.snapshot();
  const auto made_while_stuck = made.load();
  released.arrive();
  r.wait();
  CHECK(made_while_stuck <= 10 + 5);
  CHECK(stage_of(in_between, "stuck").in_work <= 1);
}

TEST_CASE("set_workers adds workers to a stage that runs", "[engine][limits]") {
  ps::graph g{"more workers"};
  headcount inside;
  g.source("numbers", numbers(3))
      .sink(
          "meet",
          [&](int) {
            inside.arrive();
            require_arrivals(inside, 3);
          },
          ps::workers(1), ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(inside.await(1));
  r.set_workers("meet", 3);
  CHECK_NOTHROW(r.wait());
  CHECK(stage_of(r.snapshot(), "meet").workers == 3);
}

TEST_CASE("set_workers takes workers away, and the rest do everything", "[engine][limits]") {
  ps::graph g{"fewer workers"};
  collected<int> seen;
  headcount passed;
  g.source("numbers", numbers(20000))
      .stage(
          "work",
          [&](int n) {
            passed.arrive();
            return n;
          },
          ps::workers(4), ps::blocking)
      .sink(
          "collect", [&](int n) { seen.push(n); }, ps::capacity(64));
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(passed.await(100));
  r.set_workers("work", 1);
  r.wait();
  CHECK(seen.sorted() == numbers(20000));
  CHECK(stage_of(r.snapshot(), "work").workers == 1);
}

TEST_CASE("set_capacity lets a source go on whose consumer stands still", "[engine][limits]") {
  ps::graph g{"more room"};
  headcount made;
  headcount released;
  g.source("numbers",
           [&, i = 0]() mutable -> std::optional<int> {
             if (i == 500) return std::nullopt;
             made.arrive();
             return i++;
           })
      .sink(
          "stuck", [&](int) { require_arrivals(released, 1); }, ps::capacity(3), ps::blocking);
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(made.await(1));
  CHECK(made.count() < 500);
  r.set_capacity("stuck", 1000);
  const bool all_made = made.await(500);
  released.arrive();
  r.wait();
  CHECK(all_made);
  CHECK(stage_of(r.snapshot(), "stuck").capacity == 1000);
}

TEST_CASE("set_workers and set_capacity refuse zero and unknown stages", "[engine][limits]") {
  ps::graph g{"refusals"};
  g.source("numbers", endless()).sink("end", [](int) {});
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  CHECK_THROWS_AS(r.set_workers("end", 0), ps::error);
  CHECK_THROWS_AS(r.set_capacity("end", 0), ps::error);
  CHECK(mentions(text_of<ps::error>([&] { r.set_workers("nowhere", 2); }), "nowhere"));
  CHECK(mentions(text_of<ps::error>([&] { r.set_capacity("nowhere", 2); }), "nowhere"));
  r.abort();
  CHECK_THROWS_AS(r.wait(), ps::aborted_error);
}

TEST_CASE("the workers of a stage behind by_key change while it runs: keys move, each stays in order",
          "[engine][limits]") {
  ps::graph g{"keyed workers"};
  std::atomic<int> most{0};
  headcount begun;
  std::mutex mutex;
  std::map<int, std::vector<int>> seen;
  std::set<int> in_work;
  g.source("numbers", numbers(3000))
      .by_key([](const int& n) { return n % 7; })
      .sink(
          "keyed",
          [&](int n) {
            {
              const std::lock_guard lock{mutex};
              seen[n % 7].push_back(n);
              if (!in_work.insert(n % 7).second) most = 100;  // two at a time of one key
            }
            begun.arrive();
            const std::lock_guard lock{mutex};
            in_work.erase(n % 7);
          },
          ps::blocking, ps::workers(1));
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  std::size_t wanted = 50;
  for (const int workers : {4, 2, 5, 1, 3}) {
    REQUIRE(begun.await(wanted));
    wanted += 500;
    r.set_workers("keyed", workers);
  }
  r.wait();
  CHECK(most == 0);
  std::size_t all = 0;
  for (const auto& [key, items] : seen) {
    CHECK(std::is_sorted(items.begin(), items.end()));
    all += items.size();
  }
  CHECK(all == 3000);
}

TEST_CASE("the flag --set changes an option of a stage, and the program's own arguments are left",
          "[engine][limits]") {
  std::vector<std::string> words{"program", "--set", "work.workers=3", "--threads", "2", "mine", "--own=1"};
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ps::runtime rt{static_cast<int>(words.size()), argv.data()};
  CHECK(rt.arguments() == std::vector<std::string>{"mine", "--own=1"});

  ps::graph g{"settings"};
  g.source("numbers", numbers(10)).stage("work", [](int n) { return n; }).sink("end", [](int) {});
  ps::run r = rt.start(g);
  r.wait();
  CHECK(stage_of(r.snapshot(), "work").workers == 3);
}

TEST_CASE("what comes of later items can't pile up behind one that is tried again", "[engine][limits]") {
  ps::graph g{"behind a retry"};
  std::atomic<int> bodies{0};
  int while_waiting = 0;
  collected<int> seen;
  g.source("numbers", numbers(500))
      .stage(
          "ten of each",
          [&](ps::worker_context& context, const int& n) {
            if (n == 0 && context.attempt() == 1) throw broken_item{"once"};
            if (n == 0) while_waiting = bodies;
            ++bodies;
            return std::vector<int>(10, n);
          },
          ps::on_error(ps::retry(1, 200ms)), ps::max_output(10), ps::ordered)
      .sink(
          "end", [&](int n) { seen.push(n); }, ps::capacity(20));
  run_to_end(g);
  CHECK(while_waiting <= 20 / 10 + 1);
  CHECK(seen.size() == 5000);
  CHECK(seen.values() == seen.sorted());
}
