#include <memory>
#include <vector>

#include <penstock/actors/identity_body.hpp>
#include <penstock/runtime/chunked.hpp>
#include <penstock_test/catch.hpp>

#include "stage_bench.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// A chunk stage, with one input where nothing is said, and a consumer that has room for so many chunks.
struct chunk_bench : stage_bench {
  chunk_bench(std::uint32_t size, std::int64_t delay, std::int64_t room, std::uint32_t capacity = 1000,
              int inputs = 1) {
    plan.kind = "chunk";
    plan.capacity = capacity;
    plan.make_body = &ps::identity_body::make;
    plan.chunk.size = size;
    plan.chunk.delay = delay;
    plan.chunk.max_held_bytes = 1 << 30;
    plan.chunk.make_items = [] {
      return std::make_unique<ps::detail::typed_chunk_items<int, ps::detail::no_key>>(ps::detail::no_key{});
    };
    link->source = source;
    plan.chunk.sources.push_back(link);
    for (int i = 0; i < inputs; ++i) add_input();
    start(room);
  }

  std::vector<std::vector<int>> chunks() {
    std::vector<std::vector<int>> found;
    for (auto* each : consumer->all<ps::deliver_items>()) {
      for (const auto& chunk : values_of<std::vector<int>>(each->items)) found.push_back(chunk);
    }
    return found;
  }
  std::int64_t granted() {
    std::int64_t sum = 0;
    for (auto* each : producers[0]->all<ps::grant_credit>()) sum += each->items;
    return sum;
  }
  /// The time of the last timer has come.
  void ring() {
    env.time += env.reminders.back().first;
    tell(std::move(env.reminders.back().second));
  }

  ps::ref<recorder> source = ps::make_ref<recorder>();
  ps::ref<ps::growth_link> link = ps::make_ref<ps::growth_link>();
};

}  // namespace

TEST_CASE("items in an open chunk have given their credit back") {
  chunk_bench bench{100, 0, 10, 16};
  bench.deliver(ints(0, 16));
  CHECK(bench.granted() == 16);
  CHECK(bench.at_work().figures().held == 16);
  CHECK(bench.at_work().figures().queued == 0);
  CHECK(bench.at_work().figures().waits_for == "items to fill a chunk (16 of 100)");
}

TEST_CASE("behind a chunk that has no room downstream items keep their credit") {
  chunk_bench bench{2, 0, 1, 16};
  bench.deliver(ints(0, 16));
  CHECK(bench.chunks() == std::vector<std::vector<int>>{{0, 1}});
  // Of the other 14 one chunk is ready to leave.
  CHECK(bench.at_work().figures().queued == 1 + 12);
  CHECK(bench.granted() == 4);
  bench.grant(1);
  CHECK(bench.chunks().size() == 2);
  CHECK(bench.at_work().figures().queued == 1 + 10);
}

TEST_CASE("one timer is set for the oldest chunk, and what comes too early or too late does no harm") {
  chunk_bench bench{2, 500, 10};
  bench.env.time = 1000;
  bench.deliver(ints(0, 1));
  REQUIRE(bench.env.reminders.size() == 1);
  CHECK(bench.env.reminders[0].first == 500);
  CHECK(bench.env.expected == 1);
  bench.env.time = 1100;
  bench.deliver(ints(1, 2));  // fills one, begins another
  CHECK(bench.chunks().size() == 1);
  CHECK(bench.env.reminders.size() == 1);
  bench.env.time = 1500;
  bench.tell(ps::chunks_due{1500});  // was for the chunk that is gone
  CHECK(bench.chunks().size() == 1);
  REQUIRE(bench.env.reminders.size() == 2);
  CHECK(bench.env.reminders[1].first == 100);
  bench.ring();
  CHECK(bench.chunks() == std::vector<std::vector<int>>{{0, 1}, {2}});
  CHECK(bench.env.expected == 0);
  bench.tell(ps::chunks_due{1500});
  CHECK(bench.chunks().size() == 2);
}

TEST_CASE("while a chunk waits for its time nothing is expected to move, and it is named") {
  chunk_bench bench{10, 500, 10};
  bench.env.time = 1000;
  bench.deliver(ints(0, 3));
  CHECK(bench.state.expected.latest() == 1500);
  CHECK(bench.at_work().figures().waits_for == "the delay of a chunk (3 of 10)");
}

TEST_CASE("a chunk whose time is over waits for room downstream, and for nothing else") {
  chunk_bench bench{3, 500, 1};
  bench.deliver(ints(0, 4));
  bench.ring();
  CHECK(bench.env.expected == 0);
  bench.grant(1);
  CHECK(bench.chunks() == std::vector<std::vector<int>>{{0, 1, 2}, {3}});
}

TEST_CASE("sources are told of chunks that left short by their delay, and of no others") {
  chunk_bench bench{2, 500, 10};
  bench.env.time = 1000;
  bench.deliver(ints(0, 2));
  CHECK(bench.source->messages.empty());
  auto items = ints(2, 1);
  const auto verdicts = ps::make_ref<ps::settled_deliveries>(ps::make_ref<recorder>());
  items.tokens().append(ps::ref<ps::token>{new ps::delivery_token{verdicts, 0, 900}}, 1);
  bench.deliver(std::move(items));
  bench.ring();
  const auto told = bench.source->all<ps::chunk_left_short>();
  REQUIRE(told.size() == 1);
  CHECK(told[0]->way == 100);
}

TEST_CASE("at the end of the stream short chunks leave at once, and the stage ends") {
  chunk_bench bench{10, 500, 10};
  bench.deliver(ints(0, 3));
  CHECK(bench.tell(ps::end_of_stream{0}) == ps::after_turn::done);
  CHECK(bench.chunks() == std::vector<std::vector<int>>{{0, 1, 2}});
  CHECK(bench.env.expected == 0);
  CHECK(bench.consumer->all<ps::end_of_stream>().size() == 1);
}

TEST_CASE("an abort flags the tokens of what lies in chunks and in front of them") {
  chunk_bench bench{2, 500, 1};
  auto held = std::make_shared<verdict>();
  auto waiting = std::make_shared<verdict>();
  auto items = ints(0, 8);
  items.tokens().append(make_token(std::make_shared<verdict>()), 2);
  items.tokens().append(make_token(held), 2);
  items.tokens().append(make_token(waiting), 4);
  bench.deliver(std::move(items));
  bench.tell(ps::abort_run{"enough"});
  CHECK(held->flagged);
  CHECK(held->reason == "enough");
  CHECK(waiting->flagged);
  CHECK(bench.env.expected == 0);
}

TEST_CASE("what lies in a chunk that nobody wants any more is not acknowledged") {
  chunk_bench bench{10, 500, 1};
  auto told = std::make_shared<verdict>();
  auto items = ints(0, 2);
  items.tokens().append(make_token(told), 2);
  bench.deliver(std::move(items));
  bench.tell(ps::cancel_edge{0});
  CHECK(told->settled == 1);
  CHECK(told->flagged);
  CHECK(bench.env.expected == 0);
}

TEST_CASE(
    "where nothing comes before a verdict short chunks leave at once, and that is passed on behind them") {
  chunk_bench bench{10, 500, 10};
  bench.deliver(ints(0, 13));
  bench.tell(ps::await_verdicts{0});
  CHECK(bench.chunks() == std::vector<std::vector<int>>{sequence(0, 10), sequence(10, 3)});
  CHECK(bench.consumer->all<ps::await_verdicts>().size() == 1);
  CHECK(std::holds_alternative<ps::await_verdicts>(bench.consumer->messages.back()));
  CHECK(bench.source->messages.empty());  // no reason for more in flight
  CHECK(bench.env.expected == 0);
  bench.deliver(ints(13, 1));
  CHECK(bench.chunks().size() == 2);
  CHECK(bench.at_work().figures().held == 1);
}

TEST_CASE("short chunks wait as long as one input may bring more") {
  chunk_bench bench{10, 0, 10, 1000, 2};
  bench.deliver(ints(0, 3), 0);
  bench.tell(ps::await_verdicts{0});
  CHECK(bench.chunks().empty());
  SECTION("until that waits too") { bench.tell(ps::await_verdicts{1}); }
  SECTION("until that ends") { bench.tell(ps::end_of_stream{1}); }
  CHECK(bench.chunks() == std::vector<std::vector<int>>{{0, 1, 2}});
}

TEST_CASE("what a chunk expects ends when the chunk leaves, however late its time would have been") {
  chunk_bench bench{2, 5000, 10};
  bench.env.time = 1000;
  bench.deliver(ints(0, 1));
  CHECK(bench.state.expected.latest() == 6000);
  bench.env.time = 2000;
  bench.deliver(ints(1, 1));
  CHECK(bench.state.expected.latest() == 0);
  CHECK(bench.state.last_progress == 2000);
}

TEST_CASE("an open chunk excuses nobody while a full one waits for room downstream") {
  chunk_bench bench{2, 5000, 1};
  bench.deliver(ints(0, 3));
  CHECK(bench.env.expected == 1);
  bench.deliver(ints(3, 2));  // a second chunk is full, and another one open
  CHECK(bench.chunks().size() == 1);
  CHECK(bench.env.expected == 0);
  CHECK(bench.state.expected.latest() == 0);
  bench.grant(1);
  CHECK(bench.env.expected == 1);
}

TEST_CASE("where the end of the input comes because of an abort, before word of it, no chunk leaves") {
  chunk_bench bench{10, 0, 10};
  auto told = std::make_shared<verdict>();
  auto items = ints(0, 2);
  items.tokens().append(make_token(told), 2);
  bench.deliver(std::move(items));
  bench.state.stopping = true;
  CHECK(bench.tell(ps::end_of_stream{0}) == ps::after_turn::wait);
  CHECK(bench.tell(ps::abort_run{"enough"}) == ps::after_turn::done);
  CHECK(bench.chunks().empty());
  CHECK(told->flagged);
}
