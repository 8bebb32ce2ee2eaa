// What a source says of room and verdicts, so that its origin hears of many at once.

#include <penstock_test/catch.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock/messages/batch_writer.hpp>

#include "source_bench.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

struct counted_origin {
  std::uint32_t at_hand = 0;
  int left = 1000;
  bool fails_at_end = false;
  bool drains = true;  ///< at once
  ps::untold_verdicts untold{};
  std::vector<std::uint32_t> rooms;        ///< in calls for items
  std::vector<std::uint32_t> flush_rooms;  ///< in calls to tell verdicts
  std::vector<std::uint64_t> settled;
};

class counted_source final : public ps::source_body {
 public:
  explicit counted_source(counted_origin& origin) : origin_{origin} {}

  void fill(ps::fill_work& work, ps::source_context& context) override {
    origin_.rooms.push_back(context.room());
    ps::batch_writer<int> writer{work.most};
    while (origin_.left > 0 && writer.size() < work.most) writer.emplace(origin_.left--);
    work.out = writer.finish();
    work.ended = origin_.left == 0;
    if (work.ended && origin_.fails_at_end)
      context.fail_at_end(std::make_exception_ptr(std::runtime_error{"some were left"}));
  }
  std::uint32_t at_hand() const override { return origin_.at_hand; }
  void settle(std::uint64_t job, bool, const std::string&) override { origin_.settled.push_back(job); }
  std::optional<std::chrono::nanoseconds> flush_verdicts(ps::source_context& context) override {
    origin_.flush_rooms.push_back(context.room());
    return std::nullopt;
  }
  ps::untold_verdicts untold() const override { return origin_.untold; }
  bool drain() override { return origin_.drains; }

 private:
  counted_origin& origin_;
};

struct origin_holder {
  counted_origin origin;
};

struct counted_bench : origin_holder, source_bench {
  explicit counted_bench(std::uint32_t in_flight, bool blocking = true, counted_origin like = {})
      : origin_holder{std::move(like)},
        source_bench{[this] { return std::make_unique<counted_source>(origin); }, true, in_flight, blocking} {
  }

  /// Items that the consumer got.
  std::uint32_t given() const {
    std::uint32_t count = 0;
    for (auto* each : consumer->all<ps::deliver_items>()) count += each->items.size();
    return count;
  }
  void settle_given() { consumer->messages.clear(); }
};

counted_origin with_at_hand(std::uint32_t number) {
  counted_origin made;
  made.at_hand = number;
  return made;
}

}  // namespace

TEST_CASE("a source is told how many jobs it may hand out", "[actors][source]") {
  counted_bench pull{5};
  CHECK(pull.origin.rooms == std::vector<std::uint32_t>{5});
  CHECK(pull.origin.flush_rooms == std::vector<std::uint32_t>{4});
  while (pull.at_work->turn() == ps::after_turn::again) {
  }
  CHECK(pull.origin.rooms == std::vector<std::uint32_t>{5, 4, 3, 2, 1});
  CHECK(pull.origin.flush_rooms.back() == 0);
}

TEST_CASE("without in_flight it is credit that leaves room", "[actors][source]") {
  counted_bench pull{0};
  CHECK(pull.origin.rooms == std::vector<std::uint32_t>{100});
}

TEST_CASE("a source that may wait for its origin sends each item, and what it has at hand together",
          "[actors][source]") {
  counted_bench one_by_one{50};
  CHECK(one_by_one.given() == 1);
  counted_bench many{50, true, with_at_hand(20)};
  CHECK(many.given() == 20);
  counted_bench too_many{50, true, with_at_hand(200)};
  CHECK(too_many.given() == 50);
}

TEST_CASE("verdicts that came together are told in one call, with room for the next", "[actors][source]") {
  counted_bench pull{8, true, with_at_hand(8)};
  pull.at_work->turn();
  REQUIRE(pull.given() == 8);
  const auto flushed = pull.origin.flush_rooms.size();
  pull.origin.at_hand = 0;
  pull.settle_given();
  pull.tell(ps::deliveries_settled{});
  CHECK(pull.origin.settled.size() == 8);
  CHECK(pull.origin.rooms.back() == 8);
  CHECK(pull.origin.flush_rooms.size() == flushed + 1);
}

TEST_CASE("an abort tells the verdicts of each run of them, and asks for nothing more", "[actors][source]") {
  counted_bench pull{8, true, with_at_hand(8)};
  pull.tell(ps::abort_run{"test"});
  CHECK(pull.origin.flush_rooms.back() == 0);
  const auto flushed = pull.origin.flush_rooms.size();
  pull.at_work->turn();
  CHECK(pull.origin.flush_rooms.size() == flushed);  // nothing is new
  pull.settle_given();
  CHECK(pull.tell(ps::deliveries_settled{}) == ps::after_turn::done);
  CHECK(pull.origin.flush_rooms.size() == flushed + 1);
}

TEST_CASE("a verdict is counted once its origin has heard it", "[actors][source]") {
  counted_bench pull{8, true, with_at_hand(8)};
  pull.settle_given();
  pull.origin.untold.acked = 3;
  pull.tell(ps::deliveries_settled{});
  CHECK(pull.at_work->figures().acked == 5);
  CHECK(pull.at_work->figures().untold == 3);
  pull.origin.untold.acked = 1;
  pull.tell(ps::abort_run{"test"});
  pull.settle_given();
  pull.tell(ps::deliveries_settled{});
  const auto ended = pull.controller->all<ps::member_ended>();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0]->last->untold == 1);
  CHECK(ended[0]->last->acked + ended[0]->last->nacked == ended[0]->last->out - 1);
}

TEST_CASE("what a source says of its end goes with its last figures", "[actors][source]") {
  counted_origin last;
  last.left = 1;
  last.fails_at_end = true;
  counted_bench pull{8, true, last};
  pull.settle_given();
  CHECK(pull.tell(ps::deliveries_settled{}) == ps::after_turn::done);
  const auto ended = pull.controller->all<ps::member_ended>();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0]->error);
  CHECK(pull.controller->all<ps::member_failed>().empty());
}

TEST_CASE("a source that drains and waits for verdicts before it is asked again tells its consumers",
          "[actors][source]") {
  counted_bench pull{2};
  while (pull.given() < 2) pull.tell(ps::ask_again{});
  CHECK(pull.consumer->all<ps::await_verdicts>().empty());
  pull.origin.drains = false;
  pull.run.draining = true;
  pull.tell(ps::drain_run{});
  CHECK(pull.consumer->all<ps::await_verdicts>().size() == 1);
}
