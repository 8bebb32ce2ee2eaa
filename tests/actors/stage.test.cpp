#include <penstock/actors/stage.hpp>

#include <memory>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <penstock/runtime/keyed.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

#include "stage_bench.hpp"

namespace ps = penstock;
using penstock_test::batch_of;
using penstock_test::counted;
using penstock_test::ints;
using penstock_test::make_token;
using penstock_test::sequence;
using penstock_test::stage_bench;
using penstock_test::verdict;

namespace {

/// A batch whose items have a token each; what becomes of them is in `told`.
ps::batch jobs(int count, std::vector<std::shared_ptr<verdict>>& told) {
  ps::batch items = ints(0, count);
  for (int i = 0; i < count; ++i) {
    told.push_back(std::make_shared<verdict>());
    items.tokens().append(make_token(told.back()), 1);
  }
  return items;
}

/// Four cooperative workers that keep order, and room for eight outputs.
struct ordered_pool : stage_bench {
  ordered_pool() {
    set_body<int>([](int n) { return n; });
    plan.workers = 4;
    plan.ordered = true;
    add_input();
    start(room);
  }
  static constexpr std::int64_t room = 8;
};

/// One cooperative stage, two inputs.
struct two_inputs : stage_bench {
  two_inputs() {
    set_body<int>([](ps::worker_context& context, int n) {
      if (n == 100) context.stop();
      return n;
    });
    plan.workers = 2;
    first = add_input();
    second = add_input();
  }
  ps::ref<ps::fan_out> first, second;
};

}  // namespace

TEST_CASE("outputs that wait for a slow first item keep their credit, so no more than its room pile up") {
  ordered_pool pool;
  pool.deliver(ints(0, 100));
  ps::piece slow = pool.take(0);
  REQUIRE(slow.items.size() == 1);
  const auto behind = pool.work_from(1);
  CHECK(behind > 1);
  CHECK(behind < static_cast<std::size_t>(ordered_pool::room));
  CHECK(pool.sent().empty());

  pool.work_on(0, std::move(slow));
  pool.work_from(0);
  CHECK(pool.sent() == sequence(0, ordered_pool::room));
  // None of the credit is kept for what has left.
  pool.grant(92);
  pool.work_from(0);
  CHECK(pool.sent() == sequence(0, 100));
}

TEST_CASE("the item that all parked outputs wait for starts without room") {
  ordered_pool pool;
  pool.deliver(ints(0, 6));
  ps::piece head = pool.take(0);
  // The others fill all the room there is, and more.
  for (std::size_t other = 1; other < 4; ++other) {
    ps::piece work = pool.take(other);
    ps::piece_report report;
    report.worker = static_cast<std::uint32_t>(other);
    report.sequence = work.sequence;
    report.taken = work.items.size();
    report.released = work.reserved;
    report.outputs = ints(10 * static_cast<int>(other), 4);
    pool.report(std::move(report));
  }
  // The head comes back untouched, as from a worker that is taken away.
  ps::piece_report untouched;
  untouched.sequence = head.sequence;
  untouched.released = std::exchange(head.reserved, 0);
  untouched.rest = std::move(head);
  pool.report(std::move(untouched));
  REQUIRE(pool.work_from(0) >= 1);
  const auto sent = pool.sent();
  REQUIRE(!sent.empty());
  CHECK(sent.front() == 0);
}

TEST_CASE("a key function that throws fails the run, and every job of that batch is flagged") {
  stage_bench stage;
  stage.set_body<int>([](int n) { return n; });
  auto key = [](const int& n) { return n == 2 ? throw std::runtime_error{"no key"} : n; };
  stage.plan.workers = 2;
  stage.plan.make_partitioner = [key]() -> std::unique_ptr<ps::partitioner> {
    return std::make_unique<ps::detail::typed_partitioner<int, decltype(key)>>(key);
  };
  stage.add_input();
  stage.start(1000);
  std::vector<std::shared_ptr<verdict>> told;
  stage.deliver(jobs(5, told));
  CHECK(stage.failed());
  for (const auto& each : told) {
    CHECK(each->settled == 1);
    CHECK(each->flagged);
    CHECK(each->reason == "stage 'work' failed");
  }
}

TEST_CASE(
    "a piece whose copy constructor throws in a gather fails the run, and flags the jobs of its batch") {
  stage_bench stage;
  stage.set_body<std::vector<ps::outcome<counted>>>(
      [](const std::vector<ps::outcome<counted>>& pieces) { return static_cast<int>(pieces.size()); });
  stage.plan.make_collector = []() -> std::unique_ptr<ps::collector> {
    return std::make_unique<ps::detail::typed_collector<counted>>();
  };
  const auto pair = ps::make_ref<ps::scope_pair>();
  const auto scatter = ps::make_ref<penstock_test::recorder>();
  pair->scatter = scatter;
  pair->gather = stage.self;
  stage.plan.gather = pair;
  stage.add_input();
  stage.start(1000);

  ps::batch pieces = batch_of<counted>(sequence(0, 4));
  pieces.items<counted>()[1].break_copies();
  std::vector<std::shared_ptr<verdict>> told;
  for (int job = 0; job < 2; ++job) {
    told.push_back(std::make_shared<verdict>());
    pieces.tokens().append(ps::ref<ps::token>{new ps::scope_token{pair, make_token(told.back())}}, 2);
  }
  pieces.share();
  {
    const ps::batch other = pieces.alias();  // another consumer's: so the gather has to copy
    stage.deliver(std::move(pieces));
  }
  CHECK(stage.failed());
  for (ps::message& each : std::exchange(stage.self->messages, {})) stage.tell(std::move(each));
  for (const auto& each : told) {
    CHECK(each->settled == 1);
    CHECK(each->flagged);
  }
  CHECK(pair->open.load() == 0);
}

TEST_CASE("of two inputs, only that without another consumer loses what a stage throws away") {
  two_inputs stage;
  stage.second->joined();  // somebody else takes the second one's items too
  stage.start(1000);
  stage.deliver(ints(100, 1), 0);
  std::vector<std::shared_ptr<verdict>> of_first;
  std::vector<std::shared_ptr<verdict>> of_second;
  stage.deliver(jobs(5, of_first), 0);
  stage.deliver(jobs(5, of_second), 1);
  stage.work_on(0, stage.take(0));  // wants no more
  // What comes too late is thrown away as well.
  stage.deliver(jobs(5, of_first), 0);
  stage.deliver(jobs(5, of_second), 1);
  stage.work_from(0);
  std::size_t lost = 0;
  for (const auto& each : of_first) {
    CHECK(each->settled <= 1);
    lost += each->flagged ? 1 : 0;
  }
  CHECK(lost >= 7);  // all but what the workers had already
  for (const auto& each : of_second) CHECK_FALSE(each->flagged);
}

TEST_CASE("a stage of which every producer has another consumer loses nothing by stopping") {
  two_inputs stage;
  stage.first->joined();
  stage.second->joined();
  stage.start(1000);
  stage.deliver(ints(100, 1), 0);
  std::vector<std::shared_ptr<verdict>> told;
  stage.deliver(jobs(5, told), 0);
  stage.deliver(jobs(5, told), 1);
  stage.work_on(0, stage.take(0));
  stage.work_from(0);
  for (const auto& each : told) CHECK_FALSE(each->flagged);
}

TEST_CASE("a worker whose body is lost while it is idle is asked, and then replaced") {
  stage_bench bench;
  bench.set_body<int>([](int n) { return n; });
  bench.plan.pool = ps::pool_kind::blocking;
  bench.add_input();
  bench.start(8);
  bench.tell(ps::body_lost{0});
  CHECK(bench.env.workers.at(0)->all<ps::look_at_body>().size() == 1);
  ps::piece_report lost;
  lost.crash = std::make_exception_ptr(std::runtime_error{"killed"});
  lost.last = false;
  bench.report(std::move(lost));
  CHECK(bench.env.workers.at(0)->all<ps::finish_worker>().size() == 1);
  bench.deliver(ints(0, 4));
  CHECK(bench.assigned(0) == 0);
  ps::piece_report ended;
  ended.ended = true;
  bench.report(std::move(ended));
  REQUIRE(bench.env.workers.size() == 2);
  CHECK(bench.assigned(1) == 1);
  CHECK_FALSE(bench.failed());
  CHECK(bench.at_work().figures().restarts == 1);
}

TEST_CASE(
    "that nothing comes before a verdict is passed on once it holds for all inputs and nothing is in work") {
  two_inputs pool;
  pool.start(100);
  const auto passed_on = [&] { return pool.consumer->all<ps::await_verdicts>().size(); };
  pool.deliver(ints(0, 1), 0);
  ps::piece work = pool.take(0);
  pool.tell(ps::await_verdicts{0});
  CHECK(passed_on() == 0);
  pool.tell(ps::await_verdicts{1});
  CHECK(passed_on() == 0);
  pool.work_on(0, std::move(work));
  CHECK(passed_on() == 1);
  CHECK(std::holds_alternative<ps::await_verdicts>(pool.consumer->messages.back()));

  pool.deliver(ints(1, 1), 1);
  pool.work_from(0);
  CHECK(passed_on() == 1);  // the second input may bring more
  pool.tell(ps::await_verdicts{1});
  CHECK(passed_on() == 2);
}

TEST_CASE("an input that has ended brings nothing more, whatever the other one waits for") {
  two_inputs pool;
  pool.start(100);
  pool.tell(ps::end_of_stream{0});
  CHECK(pool.consumer->all<ps::await_verdicts>().empty());
  pool.tell(ps::await_verdicts{1});
  CHECK(pool.consumer->all<ps::await_verdicts>().size() == 1);
}

TEST_CASE("where the end of the input comes because of an abort, before word of it, on_end is not called") {
  struct counting {
    int* ends;
    int operator()(int n) const { return n; }
    void on_end() const { ++*ends; }
  };
  int ends = 0;
  stage_bench bench;
  bench.set_body<int>(counting{&ends});
  bench.add_input();
  bench.start(10);
  bench.deliver(ints(0, 1));
  bench.state.stopping = true;
  CHECK(bench.tell(ps::end_of_stream{0}) == ps::after_turn::wait);
  CHECK(bench.tell(ps::abort_run{"enough"}) == ps::after_turn::done);
  CHECK(ends == 0);
}

TEST_CASE("a stage that breaks runs the last hook of the body that it calls itself") {
  struct counting {
    int* stops;
    int operator()(int n) const { return n; }
    void on_stop() const { ++*stops; }
  };
  int stops = 0;
  stage_bench bench;
  bench.set_body<int>(counting{&stops});
  bench.add_input();
  bench.start(8);
  bench.deliver(ints(0, 2));
  REQUIRE(bench.sent() == std::vector{0, 1});
  bench.break_down();
  CHECK(bench.failed());
  CHECK(stops == 1);
}

TEST_CASE("what fails while its stage stops counts as failed, and is said") {
  std::ostringstream said;
  stage_bench bench;
  bench.state.log =
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(said));
  bench.set_body<int>([](int) -> int { throw std::runtime_error{"not today"}; });
  bench.plan.workers = 2;
  bench.add_input();
  bench.start(8);
  bench.deliver(ints(0, 1));
  ps::piece work = bench.take(0);
  bench.tell(ps::cancel_edge{0});
  bench.work_on(0, std::move(work));
  CHECK_FALSE(bench.failed());
  CHECK(bench.at_work().figures().failures == 1);
  CHECK_THAT(said.str(), Catch::Matchers::Contains("an item failed while the stage stopped: not today"));
}
