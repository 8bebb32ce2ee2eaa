#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <penstock/actors/worker.hpp>
#include <penstock/messages/generator.hpp>
#include <penstock/runtime/typed_body.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>
#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using penstock_test::batch_of;
using penstock_test::make_token;
using penstock_test::recorder;
using penstock_test::values_of;
using penstock_test::verdict;

namespace {

/// A scatter's worker and the gather that is told of closed jobs.
struct scatter {
  template <class F>
  explicit scatter(F f) {
    pair->gather = gather;
    plan.stage = "tiles";
    plan.scatter = pair;
    plan.make_body = ps::detail::body_maker<int>(std::move(f));
    worker = std::make_unique<ps::worker>(plan, state, 0U);
    worker->start();
  }

  ps::piece_report run(ps::batch items, std::uint32_t room = 1000) {
    ps::piece work;
    work.items = std::move(items);
    work.reserved = room;
    return worker->run(std::move(work));
  }
  std::size_t closed() { return gather->all<ps::scope_closed>().size(); }

  ps::ref<recorder> gather = ps::make_ref<recorder>();
  ps::ref<ps::scope_pair> pair = ps::make_ref<ps::scope_pair>();
  ps::work_plan plan;
  ps::run_state state;
  std::unique_ptr<ps::worker> worker;
};

/// n pieces, each with the number of its job.
std::vector<int> pieces(int n) { return std::vector<int>(static_cast<std::size_t>(n), n); }

ps::generator<int> piece_by_piece(int n) {
  for (int i = 0; i < n; ++i) co_yield int{n};
}
ps::generator<int> break_off(int n) {
  for (int i = 0; i < n; ++i) co_yield int{n};
  throw std::runtime_error{"broke off"};
}

/// Every piece has a token, and pieces of one job have the same.
void check_tokens(const ps::batch& out) {
  const auto jobs = values_of<int>(out);
  for (std::uint32_t i = 0; i < out.size(); ++i) {
    REQUIRE(out.tokens().at(i) != nullptr);
    if (i > 0) REQUIRE((out.tokens().at(i) == out.tokens().at(i - 1)) == (jobs[i] == jobs[i - 1]));
  }
}

}  // namespace

TEST_CASE("the pieces of an item share a token that no other item's pieces have") {
  scatter tiles{&pieces};
  const auto report = tiles.run(batch_of<int>({3, 1, 2}));
  CHECK(report.outputs.size() == 6);
  check_tokens(report.outputs);
  CHECK(tiles.pair->open == 3);
  CHECK(tiles.closed() == 0);
}

TEST_CASE("an item without pieces closes its job at once") {
  scatter tiles{&pieces};
  const auto report = tiles.run(batch_of<int>({0, 2, 0}));
  CHECK(report.outputs.size() == 2);
  CHECK(tiles.pair->open == 3);
  CHECK(tiles.closed() == 2);
}

TEST_CASE("a job closes with its last piece and settles the item that it came of") {
  const auto told = std::make_shared<verdict>();
  scatter tiles{&pieces};
  ps::batch in = batch_of<int>({2});
  in.tokens().append(make_token(told), 1);
  auto report = tiles.run(std::move(in));
  report.outputs.split_front(1);
  CHECK(tiles.closed() == 0);
  report.outputs.clear();
  CHECK(tiles.closed() == 1);
  CHECK(told->settled == 0);
  tiles.gather->messages.clear();
  CHECK(told->settled == 1);
  CHECK_FALSE(told->flagged);
}

TEST_CASE("pieces that come in several calls belong to one job, wherever the room ends") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random{seed};
    std::vector<int> jobs;
    for (int i = 0; i < 5; ++i) jobs.push_back(10 * i + static_cast<int>(random() % 6));  // all different
    scatter tiles{&piece_by_piece};
    ps::batch all;
    auto report = tiles.run(batch_of<int>(jobs), 1 + static_cast<std::uint32_t>(random() % 7));
    for (;;) {
      all.append(std::move(report.outputs));
      const auto room = 1 + static_cast<std::uint32_t>(random() % 7);
      if (report.suspended) {
        report = tiles.worker->resume(room);
      } else if (report.rest) {
        report.rest->reserved = room;
        report = tiles.worker->run(std::move(*report.rest));
      } else {
        break;
      }
    }
    std::size_t expected = 0;
    for (const int job : jobs) expected += static_cast<std::size_t>(job);
    REQUIRE(all.size() == expected);
    check_tokens(all);
    REQUIRE(tiles.pair->open == 5);
    all.clear();
    report = {};
    REQUIRE(tiles.closed() == 5);
  }
}

TEST_CASE("pieces that came before a failure stay a job, and the item is flagged as lost") {
  const auto told = std::make_shared<verdict>();
  scatter tiles{&break_off};
  ps::batch in = batch_of<int>({2});
  in.tokens().append(make_token(told), 1);
  auto report = tiles.run(std::move(in));
  REQUIRE(report.failure);
  CHECK(report.outputs.size() == 2);
  check_tokens(report.outputs);
  report = {};
  REQUIRE(tiles.closed() == 1);
  CHECK(tiles.gather->all<ps::scope_closed>()
            .front()
            ->closed->lost());  // the gather must not take it for whole
  tiles.gather->messages.clear();
  CHECK(told->flagged);
}

TEST_CASE("a job whose scatter fails after a pause is no whole job either") {
  scatter tiles{&break_off};
  auto report = tiles.run(batch_of<int>({2}), 2);
  REQUIRE(report.suspended);
  report = tiles.worker->resume(10);
  REQUIRE(report.failure);
  report = {};
  REQUIRE(tiles.closed() == 1);
  CHECK(tiles.gather->all<ps::scope_closed>().front()->closed->lost());
}

TEST_CASE("jobs that came before a failed one are whole") {
  scatter tiles{&piece_by_piece};
  auto report = tiles.run(batch_of<int>({2, 1}));
  report = {};
  for (auto* each : tiles.gather->all<ps::scope_closed>()) CHECK_FALSE(each->closed->lost());
}

TEST_CASE("a failure after a suspended job does not take its pieces along") {
  scatter tiles{&break_off};
  auto report = tiles.run(batch_of<int>({2, 3}), 2);
  REQUIRE(report.suspended);
  CHECK(tiles.closed() == 0);
  report = tiles.worker->resume(10);
  REQUIRE(report.failure);
  REQUIRE(report.rest);
  CHECK(tiles.closed() == 1);
  auto next = tiles.run(std::move(report.rest->items));
  CHECK(next.outputs.size() == 3);
  check_tokens(next.outputs);
  CHECK(tiles.pair->open == 2);
}
