// Chunks behind sources that end, or go on, only after verdicts: a chunk that waits for more items and a
// source that waits for the chunk's jobs never wait for each other.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "engine_support.hpp"
#include "job_queue.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

using chunks = std::vector<std::vector<int>>;

auto into(collected<std::vector<int>>& seen) {
  return [&seen](const std::vector<int>& chunk) { seen.push(chunk); };
}

/// A queue that has more as long as a job may come back, and ends after that, as with until_empty.
class ending_queue {
 public:
  ending_queue(int n, std::shared_ptr<verdicts> told) : jobs_{n, told}, told_{std::move(told)} {}

  std::optional<int> operator()(ps::source_context& context) {
    auto next = jobs_();
    if (next) {
      ++given_;
      return next;
    }
    if (told_->count() == given_) return std::nullopt;
    context.needs_verdicts();
    return context.not_yet();
  }
  void ack(const int& job) { jobs_.ack(job); }
  void nack(const int& job, const std::string& reason) { jobs_.nack(job, reason); }

 private:
  job_queue jobs_;
  std::size_t given_ = 0;
  std::shared_ptr<verdicts> told_;
};

std::size_t items_of(const collected<std::vector<int>>& seen) {
  std::size_t count = 0;
  for (const auto& each : seen.values()) count += each.size();
  return count;
}

}  // namespace

TEST_CASE("a chunk without a delay behind a source that replays: the last one leaves short",
          "[engine][chunk]") {
  ps::graph g{"replay"};
  collected<std::vector<int>> seen;
  g.source("numbers", numbers(7), ps::replay(), ps::in_flight(10)).chunk(3).sink("end", into(seen));
  run_to_end(g);
  CHECK(seen.values() == chunks{{0, 1, 2}, {3, 4, 5}, {6}});
}

TEST_CASE("what is given out again goes through chunks too", "[engine][chunk]") {
  ps::graph g{"replay"};
  collected<std::vector<int>> seen;
  int calls = 0;
  g.source("numbers", numbers(8), ps::replay(), ps::in_flight(10))
      .chunk(3)
      .sink(
          "end",
          [&](const std::vector<int>& chunk) {
            if (++calls == 3) throw broken_item{"once"};
            seen.push(chunk);
          },
          ps::on_error(ps::skip()));
  run_to_end(g);
  CHECK(seen.values().size() == 2);  // left out is done
  CHECK(calls == 3);
}

TEST_CASE("a queue that ends after its last verdict, in front of chunks", "[engine][chunk]") {
  job_graph jobs;
  collected<std::vector<int>> seen;
  jobs.g.source("queue", ending_queue{5, jobs.told}, ps::in_flight(100)).chunk(100).sink("end", into(seen));
  run_to_end(jobs.g);
  CHECK(seen.values() == chunks{{0, 1, 2, 3, 4}});
  CHECK(jobs.told->acked.sorted() == numbers(5));
}

TEST_CASE("a source that waits for verdicts is heard through operators, pools, by_key and other chunks",
          "[engine][chunk]") {
  job_graph jobs;
  collected<std::vector<int>> seen;
  jobs.g.source("queue", ending_queue{50, jobs.told}, ps::in_flight(200))
      .map([](int n) { return n + 1; })
      .stage(
          "pool", [](int n) { return n - 1; }, ps::workers(3), ps::blocking)
      .by_key([](int n) { return n % 7; })
      .stage(
          "keyed", [](int n) { return n; }, ps::workers(2))
      .chunk("first", 4)
      .flatten()
      .by_key([](int n) { return n % 3; })
      .chunk("second", 40, ps::max_held(100))
      .flatten()
      .chunk("third", 40)
      .sink("end", into(seen));
  run_to_end(jobs.g);
  CHECK(items_of(seen) == 50);
  CHECK(jobs.told->acked.sorted() == numbers(50));
}

TEST_CASE("of two sources in front of a chunk one ends and the other waits for verdicts", "[engine][chunk]") {
  job_graph jobs;
  collected<std::vector<int>> seen;
  const auto first = jobs.g.source("queue", ending_queue{5, jobs.told}, ps::in_flight(100));
  const auto second = jobs.g.source("numbers", numbers(3), ps::replay(), ps::in_flight(100));
  const auto third = jobs.g.source("more", numbers(4));
  ps::merge(first, second, third).chunk(100).sink("end", into(seen));
  run_to_end(jobs.g);
  CHECK(items_of(seen) == 12);
  CHECK(jobs.told->acked.sorted() == numbers(5));
}

TEST_CASE("a job in flight in another branch does not hold short chunks up for ever", "[engine][chunk]") {
  job_graph jobs;
  collected<std::vector<int>> seen;
  collected<int> alone;
  const auto all = jobs.g.source("queue", ending_queue{10, jobs.told}, ps::in_flight(100));
  all.filter([](int n) { return n % 2 == 0; }).chunk(4).sink("chunks", into(seen));
  all.sink(
      "alone", [&](int n) { alone.push(n); }, ps::workers(2), ps::blocking);
  run_to_end(jobs.g);
  CHECK(seen.values() == chunks{{0, 2, 4, 6}, {8}});
  CHECK(alone.sorted() == numbers(10));
}

TEST_CASE("a drain of a source that replays does not wait for the delay of a chunk", "[engine][chunk]") {
  ps::graph g{"drained"};
  collected<std::vector<int>> seen;
  headcount passed;
  const auto slow_end = [n = 0](ps::source_context& context) mutable -> std::optional<int> {
    if (n < 3) return n++;
    return context.not_yet();
  };
  ps::runtime rt{{}};
  int most = 10;
  SECTION("which may give more") {}
  SECTION("which has as many in flight as it may") { most = 3; }
  g.source("numbers", slow_end, ps::replay(), ps::in_flight(most))
      .map([&](int n) {
        passed.arrive();
        return n;
      })
      .chunk("hold", 100, 1h)
      .sink("end", into(seen));
  ps::run r = rt.start(g);
  REQUIRE(passed.await(3));
  r.drain(30s);
  r.wait();
  CHECK(seen.values() == chunks{{0, 1, 2}});
}

TEST_CASE("letters are replayed in front of a chunk without a delay", "[engine][chunk][letters]") {
  const scratch_folder folder;
  ps::runtime_options options;
  options.dead_letters = (folder / "letters.sqlite").string();
  options.log_level = "quiet";
  for (const bool ill : {true, false}) {
    ps::graph g{"letters"};
    collected<std::vector<int>> seen;
    g.source("numbers", numbers(10))
        .stage(
            "work",
            [ill](int n) {
              if (ill && n < 5) throw broken_item{"ill"};
              return n;
            },
            ps::on_error(ps::dead_letter()))
        .chunk(4)
        .sink("end", into(seen));
    if (!ill) options.replay = options.dead_letters;
    run_to_end(g, options);
    CHECK(items_of(seen) == 5);
  }
}
