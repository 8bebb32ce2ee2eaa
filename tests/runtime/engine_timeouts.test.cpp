// Bodies that take longer than they may: their items fail by policy, their workers are replaced.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock_test/catch.hpp>

#include "job_queue.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// Bodies hang here until the test is over. They may outlive it, so they share it.
class cliff {
 public:
  void hang() const { held_->await_for(1, patience); }
  std::size_t count() const { return fallen_->count(); }
  void hang_at_first(std::uint32_t attempt) const {
    if (attempt > 1) return;
    fallen_->arrive();
    hang();
  }
  void release() const { held_->arrive(); }

 private:
  std::shared_ptr<headcount> held_ = std::make_shared<headcount>();
  std::shared_ptr<headcount> fallen_ = std::make_shared<headcount>();
};

/// Lets everybody go at the end of a test.
struct released_cliff {
  cliff at;
  ~released_cliff() { at.release(); }
};

/// Passes numbers on; hangs on multiples of ten, at the first attempt or at every one.
auto hangs_at_tens(const cliff& at, bool always = false) {
  return [at, always](ps::worker_context& context, const int& n) {
    if (n % 10 == 0) at.hang_at_first(always ? 1 : context.attempt());
    return n;
  };
}

std::vector<int> without_tens(int n) {
  std::vector<int> left;
  for (const int each : numbers(n)) {
    if (each % 10 != 0) left.push_back(each);
  }
  return left;
}

constexpr auto soon = 30ms;

}  // namespace

TEST_CASE("an item whose body hangs is left out by policy, and all others arrive", "[engine][timeouts]") {
  for (const auto kind : {ps::pool_kind::blocking, ps::pool_kind::per_core}) {
    released_cliff c;
    ps::graph g{"cliff"};
    collected<int> seen;
    auto from = g.source("numbers", numbers(30));
    const auto add = [&](const auto& pool) {
      return from.stage("walk", hangs_at_tens(c.at, true), pool, ps::workers(2), ps::timeout(soon),
                        ps::on_error(ps::skip()));
    };
    (kind == ps::pool_kind::blocking ? add(ps::blocking) : add(ps::per_core)).sink("end", [&](int n) {
      seen.push(n);
    });
    const auto last = run_to_end(g);
    CHECK(seen.sorted() == without_tens(30));
    const auto walk = stage_of(last, "walk");
    CHECK(walk.skipped == 3);
    CHECK(walk.restarts == 3);
    CHECK(walk.lost_threads == 3);
  }
}

TEST_CASE("an item whose body hangs is tried again by another worker, and keeps its place",
          "[engine][timeouts]") {
  released_cliff c;
  ps::graph g{"cliff"};
  collected<int> seen;
  g.source("numbers", numbers(100))
      .stage("walk", hangs_at_tens(c.at), ps::blocking, ps::workers(3), ps::ordered, ps::timeout(soon),
             ps::restarts(100), ps::on_error(ps::retry(1)))
      .sink("end", [&](int n) { seen.push(n); });
  const auto last = run_to_end(g);
  CHECK(seen.values() == numbers(100));
  CHECK(stage_of(last, "walk").retries == 10);
}

TEST_CASE("a stage of one worker goes on after it hung", "[engine][timeouts]") {
  released_cliff c;
  ps::graph g{"cliff"};
  collected<int> seen;
  g.source("numbers", numbers(15))
      .stage("walk", hangs_at_tens(c.at), ps::blocking, ps::timeout(soon), ps::on_error(ps::retry(1)))
      .sink("end", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == numbers(15));
}

TEST_CASE("without a rule a timeout fails the run, and names graph and stage", "[engine][timeouts]") {
  released_cliff c;
  ps::graph g{"cliff"};
  g.source("numbers", numbers(1))
      .stage("walk", hangs_at_tens(c.at), ps::blocking, ps::timeout(soon))
      .sink("end", [](int) {});
  const auto text = text_of<ps::timeout_error>([&] { run_to_end(g); });
  CHECK(mentions(text, "graph 'cliff'"));
  CHECK(mentions(text, "stage 'walk'"));
  CHECK(mentions(text, "30 ms"));
}

TEST_CASE("the limit may be a function of the item", "[engine][timeouts]") {
  released_cliff c;
  ps::graph g{"cliff"};
  collected<int> seen;
  g.source("numbers", numbers(11))
      .stage(
          "walk",
          [at = c.at](int n) {
            if (n == 3) at.hang();
            if (n == 10) be_slow(100ms);
            return n;
          },
          ps::blocking, ps::timeout([](const int& n) { return n == 3 ? soon : 0ms; }),
          ps::on_error(ps::skip()))
      .sink("end", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{0, 1, 2, 4, 5, 6, 7, 8, 9, 10});
}

TEST_CASE("an item that is finished ends the row of crashes, in whatever piece it was",
          "[engine][timeouts]") {
  released_cliff c;
  ps::graph g{"cliff"};
  collected<int> seen;
  const auto began = std::chrono::steady_clock::now();
  g.source("numbers", numbers(50))
      .stage("walk", hangs_at_tens(c.at, true), ps::per_core, ps::workers(1), ps::timeout(soon),
             ps::restarts(1000, 1h, 1h), ps::on_error(ps::skip()))
      .sink("end", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == without_tens(50));
  CHECK(std::chrono::steady_clock::now() - began < 10s);  // any backoff is longer
}

TEST_CASE("what a body returns too late goes nowhere", "[engine][timeouts]") {
  released_cliff c;
  ps::graph g{"late"};
  collected<int> seen;
  g.source("numbers", numbers(2))
      .stage(
          "walk",
          [at = c.at](int n) {
            if (n == 0) at.hang();
            if (n == 1) at.release();  // the first returns now, after it was given up
            return n;
          },
          ps::blocking, ps::timeout(soon), ps::on_error(ps::skip()))
      .sink("end", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.values() == std::vector{1});
}

TEST_CASE("the job of an item that hung is refused if the run fails", "[engine][timeouts]") {
  released_cliff c;
  job_graph f;
  f.jobs(1).sink(
      "walk", [at = c.at](int) { at.hang(); }, ps::blocking, ps::timeout(soon));
  CHECK_THROWS_AS(run_to_end(f.g), ps::timeout_error);
  CHECK(f.told->acked.size() == 0);
  CHECK(f.told->nacked.values() == numbers(1));
}

TEST_CASE("the job of an item that hung is done if it is skipped", "[engine][timeouts]") {
  released_cliff c;
  job_graph f;
  f.jobs(1).sink(
      "walk", [at = c.at](int) { at.hang(); }, ps::blocking, ps::timeout(soon), ps::on_error(ps::skip()));
  run_to_end(f.g);
  CHECK(f.told->acked.values() == numbers(1));
  CHECK(f.told->nacked.size() == 0);
}

TEST_CASE("an item that hangs is written down as a dead letter, whole", "[engine][timeouts]") {
  released_cliff c;
  job_graph f;
  const auto file =
      std::filesystem::temp_directory_path() / ("penstock_cliff_" + std::to_string(::getpid()) + ".sqlite");
  std::filesystem::remove(file);
  f.jobs(3).sink(
      "walk",
      [at = c.at](const int& n) {
        if (n == 1) at.hang();
      },
      ps::blocking, ps::timeout(soon), ps::on_error(ps::dead_letter()));
  ps::runtime_options options;
  options.dead_letters = file.string();
  run_to_end(f.g, options);
  CHECK(f.told->acked.sorted() == numbers(3));
  const auto letters = ps::dead_letter_store{file}.list();
  REQUIRE(letters.size() == 1);
  CHECK(letters.front().json == "1");
  CHECK(mentions(letters.front().exception_type, "timeout_error"));
  std::filesystem::remove(file);
}

TEST_CASE("between scatter and gather a hung body is the piece's outcome", "[engine][timeouts]") {
  released_cliff c;
  ps::graph g{"pieces"};
  collected<std::size_t> failures;
  g.source("jobs", numbers(3))
      .scatter("cut", [](int) { return numbers(11); })
      .stage("walk", hangs_at_tens(c.at, true), ps::blocking, ps::workers(4), ps::timeout(soon),
             ps::restarts(100))
      .gather("together",
              [](const std::vector<ps::outcome<int>>& all) {
                return static_cast<std::size_t>(std::count_if(
                    all.begin(), all.end(), [](const auto& each) { return !each.has_value(); }));
              })
      .sink("end", [&](std::size_t n) { failures.push(n); });
  run_to_end(g);
  CHECK(failures.values() == std::vector<std::size_t>{2, 2, 2});
}

TEST_CASE("keys keep their order when a worker hangs", "[engine][timeouts]") {
  released_cliff c;
  ps::graph g{"keys"};
  collected<int> seen;
  g.source("numbers", numbers(60))
      .by_key([](int n) { return n % 4; })
      .stage("walk", hangs_at_tens(c.at), ps::blocking, ps::workers(4), ps::timeout(soon), ps::restarts(100),
             ps::on_error(ps::retry(1)))
      .sink("end", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == numbers(60));
  std::vector<int> last(4, -1);
  for (const int n : seen.values()) {
    CHECK(n > last[static_cast<std::size_t>(n % 4)]);
    last[static_cast<std::size_t>(n % 4)] = n;
  }
}

TEST_CASE("a stage whose workers hang again and again fails the run", "[engine][timeouts]") {
  released_cliff c;
  ps::graph g{"cliff"};
  g.source("numbers", endless())
      .sink(
          "walk", [at = c.at](int) { at.hang(); }, ps::blocking, ps::timeout(soon), ps::restarts(2, 1h, 0ms),
          ps::on_error(ps::skip()));
  const auto text = text_of<ps::restarts_error>([&] { run_to_end(g); });
  CHECK(mentions(text, "graph 'cliff', stage 'walk'"));
  CHECK(mentions(text, "more than 2 times"));
  CHECK(mentions(text, "timeout_error"));
}

TEST_CASE("the tree of supervision shows who was replaced, and why", "[engine][timeouts]") {
  released_cliff c;
  headcount replaced;
  headcount looked;
  ps::graph g{"tree"};
  g.source("numbers", numbers(2))
      .sink(
          "walk",
          [at = c.at, &replaced, &looked](int n) {
            if (n == 0) return at.hang();
            replaced.arrive();
            require_arrivals(looked, 1);
          },
          ps::blocking, ps::on_error(ps::skip()),
          ps::timeout([](const int& n) { return n == 0 ? soon : 0ms; }));
  ps::runtime rt{ps::runtime_options{}};
  ps::run r = rt.start(g);
  REQUIRE(replaced.await(1));
  const auto tree = r.snapshot().supervision;
  looked.arrive();
  r.wait();
  CHECK(tree.name == "tree");
  CHECK(tree.kind == "run");
  REQUIRE(tree.members.size() == 2);
  const auto& walk = tree.members[1];
  CHECK(walk.name == "walk");
  CHECK(walk.strategy == "one_for_one");
  CHECK(walk.restarts == 1);
  REQUIRE(walk.members.size() == 1);
  CHECK(walk.members[0].name == "walk/0");
  CHECK(walk.members[0].state == "busy");
  CHECK(walk.members[0].restarts == 1);
  CHECK(mentions(walk.members[0].last_error, "timeout_error"));
}

TEST_CASE("a cooperative body that does not return is named in snapshots", "[engine][watchdog]") {
  headcount inside;
  headcount release;
  ps::graph g{"slow"};
  g.source("numbers", numbers(1))
      .stage("think",
             [&](int n) {
               inside.arrive();
               require_arrivals(release, 1);
               return n;
             })
      .sink("end", [](int) {});
  ps::runtime_options options;
  options.slow_body = 5ms;
  ps::runtime rt{options};
  ps::run running = rt.start(g);
  REQUIRE(inside.await(1));
  // Each snapshot waits a while for the answer of the stage that can't give one.
  auto seen = running.snapshot();
  for (int i = 0; i < 100 && stage_of(seen, "think").in_one_call == 0ns; ++i) seen = running.snapshot();
  CHECK(stage_of(seen, "think").in_one_call >= 5ms);
  CHECK(stage_of(seen, "end").in_one_call == 0ns);
  release.arrive();
  running.wait();
  CHECK(stage_of(running.snapshot(), "think").in_one_call == 0ns);
}
