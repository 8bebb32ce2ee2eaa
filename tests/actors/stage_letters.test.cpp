#include <algorithm>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/messages/dead_letter.hpp>
#include <penstock/runtime/operators.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/catch.hpp>

#include "stage_bench.hpp"

namespace ps = penstock;
using penstock_test::ints;
using penstock_test::make_token;
using penstock_test::stage_bench;
using penstock_test::verdict;

namespace {

/// Has no room for the next `full` letters, or is broken.
class letter_box final : public ps::dead_letter_sink {
 public:
  void write(const ps::dead_letter_record& letter) override {
    ++tries;
    if (broken) throw ps::dead_letter_error{"no permission"};
    if (breaks_at == items.size()) throw ps::dead_letter_error{"too large"};
    if (full > 0) {
      --full;
      throw ps::dead_letter_error{"the disk is full", true};
    }
    items.push_back(letter.item);
  }

  std::size_t write_some(std::span<const ps::dead_letter_record* const> letters) override {
    const auto written = dead_letter_sink::write_some(letters);
    groups.push_back(written);
    return written;
  }

  int tries = 0;
  int full = 0;
  bool broken = false;
  std::size_t breaks_at = ~std::size_t{0};  ///< this letter can't be written
  std::vector<std::size_t> groups;          ///< letters written together
  std::vector<std::uint64_t> items;         ///< numbers of those that were written down
};

/// A stage that writes down what is divisible by three. Its items have a token each.
struct writing_stage : stage_bench {
  enum class writer { body, fused_operator };

  explicit writing_stage(int refused, unsigned workers = 1, writer who = writer::body) {
    box.full = refused;
    state.dead_letters = &box;
    const auto check = [](int n) {
      if (n % 3 == 0) throw std::runtime_error{"three"};
      return n;
    };
    ps::error_rule write_down;
    write_down.action = ps::error_action::dead_letter;
    if (who == writer::body) {
      set_body<int>([check](const int& n) { return check(n); });
      plan.policy = ps::error_policy{{write_down}};
    } else {
      set_body<int>([](const int& n) { return n; });
      plan.codec = &ps::item_codec_of<int>();
      plan.operators.push_back({"check", ps::error_policy{{write_down}}});
      using map = ps::detail::map_operator<decltype(check)>;
      plan.make_chain = [check]() -> std::unique_ptr<ps::chain> {
        return std::make_unique<ps::detail::typed_chain<int, map>>(std::tuple<map>{map{check}});
      };
    }
    plan.capacity = 8;
    plan.workers = workers;
    plan.ordered = true;
    add_input();
    start(100);
  }

  void deliver_jobs(int first, int count) {
    ps::batch items = ints(first, count);
    for (int i = 0; i < count; ++i) {
      told.push_back(std::make_shared<verdict>());
      items.tokens().append(make_token(told.back()), 1);
    }
    deliver(std::move(items));
  }
  std::size_t grants() { return producers[0]->all<ps::grant_credit>().size(); }
  /// The time has come to look for room again.
  void look_again() { tell(ps::letters_due{}); }

  letter_box box;
  std::vector<std::shared_ptr<verdict>> told;
};

}  // namespace

TEST_CASE("an item whose dead letter finds no room stays with its token until there is room") {
  writing_stage stage{2};
  stage.deliver_jobs(2, 3);
  CHECK(stage.told[1]->settled == 0);
  stage.look_again();
  CHECK(stage.told[1]->settled == 0);
  CHECK(stage.box.items.empty());

  stage.look_again();
  CHECK(stage.box.items == std::vector<std::uint64_t>{1});
  CHECK(stage.told[1]->settled == 1);
  CHECK_FALSE(stage.told[1]->flagged);
  CHECK(stage.sent() == std::vector{2, 4});
  CHECK_FALSE(stage.failed());
}

TEST_CASE("a stage without room for dead letters takes on nothing new and says what it waits for") {
  writing_stage stage{1};
  stage.deliver_jobs(2, 2);
  stage.deliver_jobs(4, 1);
  CHECK(stage.sent() == std::vector{2});
  CHECK(stage.at_work().figures().waits_for == "room for dead letters (the disk is full)");
  CHECK(stage.at_work().figures().queued == 1);
  CHECK(stage.at_work().figures().dead_letters == 0);

  stage.look_again();
  CHECK(stage.sent() == std::vector{2, 4});
  CHECK(stage.at_work().figures().waits_for == "items");
  CHECK(stage.at_work().figures().dead_letters == 1);
}

TEST_CASE("a stage without room for dead letters grants no credit") {
  writing_stage stage{1};
  stage.deliver_jobs(1, 8);
  REQUIRE(stage.sent() == std::vector{1, 2});
  CHECK(stage.grants() == 0);
  stage.look_again();
  CHECK(stage.grants() > 0);
}

TEST_CASE("a stage looks for room after 100 ms, and after twice as long each time, up to 5 s") {
  writing_stage stage{9};
  stage.deliver_jobs(3, 1);
  for (int i = 0; i < 8; ++i) stage.look_again();
  constexpr std::int64_t ms = 1'000'000;
  CHECK(stage.env.delays == std::vector<std::int64_t>{100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms,
                                                      3200 * ms, 5000 * ms, 5000 * ms, 5000 * ms});
  CHECK(stage.env.timers.size() == 9);
}

TEST_CASE("items that fail while there is no room wait in line, and their letters keep the order") {
  writing_stage stage{1, 2};
  stage.deliver_jobs(3, 1);
  stage.deliver_jobs(6, 1);
  ps::piece first = stage.take(0);
  ps::piece second = stage.take(1);
  stage.work_on(0, std::move(first));
  stage.work_on(1, std::move(second));
  CHECK(stage.box.tries == 1);
  CHECK(stage.env.timers.size() == 1);
  stage.look_again();
  CHECK(stage.box.items == std::vector<std::uint64_t>{0, 1});
  CHECK(stage.told[0]->settled + stage.told[1]->settled == 2);
}

TEST_CASE("an abort flags the items that wait for room for their letters") {
  writing_stage stage{100};
  stage.deliver_jobs(3, 1);
  stage.tell(ps::abort_run{"enough"});
  CHECK(stage.told[0]->settled == 1);
  CHECK(stage.told[0]->flagged);
  CHECK(stage.box.items.empty());
  stage.look_again();
  CHECK(stage.box.tries == 1);
}

TEST_CASE("a dead letter that can't be written for another reason fails the run and flags its item") {
  writing_stage stage{0};
  stage.box.broken = true;
  stage.deliver_jobs(3, 1);
  CHECK(stage.failed());
  CHECK(stage.told[0]->flagged);
  CHECK(stage.env.timers.empty());
}

TEST_CASE("a run fails, too, if there is another reason when the stage looks for room again") {
  writing_stage stage{1};
  stage.deliver_jobs(3, 1);
  stage.box.broken = true;
  stage.look_again();
  CHECK(stage.failed());
  CHECK(stage.told[0]->settled == 1);
  CHECK(stage.told[0]->flagged);
  CHECK(stage.env.timers.size() == 1);
}

TEST_CASE("a fused operator's letter that finds no room holds the stage back, and its job with it") {
  writing_stage stage{2, 1, writing_stage::writer::fused_operator};
  stage.deliver_jobs(2, 2);
  stage.deliver_jobs(4, 1);
  CHECK(stage.sent() == std::vector{2});
  CHECK(stage.told[1]->settled == 0);
  CHECK(stage.at_work().figures().waits_for == "room for dead letters (the disk is full)");
  CHECK(stage.at_work().figures().queued == 1);
  CHECK(stage.grants() == 0);
  stage.look_again();
  CHECK(stage.told[1]->settled == 0);

  stage.look_again();
  CHECK(stage.box.items == std::vector<std::uint64_t>{1});
  CHECK(stage.told[1]->settled == 1);
  CHECK_FALSE(stage.told[1]->flagged);
  CHECK(stage.sent() == std::vector{2, 4});
  CHECK(stage.at_work().figures().dead_letters == 1);
  CHECK_FALSE(stage.failed());
}

TEST_CASE("workers' letters wait in line with each other") {
  writing_stage stage{1, 2, writing_stage::writer::fused_operator};
  stage.deliver_jobs(3, 1);
  stage.deliver_jobs(6, 1);
  ps::piece first = stage.take(0);
  ps::piece second = stage.take(1);
  stage.work_on(0, std::move(first));
  stage.work_on(1, std::move(second));
  CHECK(stage.env.timers.size() == 1);
  stage.look_again();
  CHECK(stage.box.items == std::vector<std::uint64_t>{0, 1});
  CHECK(stage.told[0]->settled + stage.told[1]->settled == 2);
}

TEST_CASE("an abort flags the jobs whose operators' letters wait for room") {
  writing_stage stage{100, 1, writing_stage::writer::fused_operator};
  stage.deliver_jobs(3, 1);
  stage.tell(ps::abort_run{"enough"});
  CHECK(stage.told[0]->settled == 1);
  CHECK(stage.told[0]->flagged);
  CHECK(stage.box.items.empty());
}

TEST_CASE("a stage whose stream has ended stays until there is room for its operators' letters") {
  writing_stage stage{1, 1, writing_stage::writer::fused_operator};
  stage.deliver_jobs(3, 1);
  CHECK(stage.tell(ps::end_of_stream{0}) == ps::after_turn::wait);
  CHECK(stage.consumer->all<ps::end_of_stream>().empty());
  stage.look_again();
  CHECK(stage.consumer->all<ps::end_of_stream>().size() == 1);
  CHECK(stage.box.items.size() == 1);
}

TEST_CASE("letters of a turn are written together, the body's and the operators'") {
  const auto who = GENERATE(writing_stage::writer::body, writing_stage::writer::fused_operator);
  writing_stage stage{0, 1, who};
  stage.deliver_jobs(1, 8);
  CHECK(stage.box.groups == std::vector<std::size_t>{2});
  CHECK(stage.box.items == std::vector<std::uint64_t>{2, 5});
  CHECK(stage.told[2]->settled + stage.told[5]->settled == 2);
}

TEST_CASE("a letter that waits for room when its stage stops is written before the stage ends") {
  const auto who = GENERATE(writing_stage::writer::body, writing_stage::writer::fused_operator);
  const unsigned workers = GENERATE(1U, 2U);
  writing_stage stage{1, workers, who};
  stage.deliver_jobs(3, 1);
  if (workers > 1) stage.work_on(0, stage.take(0));
  REQUIRE(stage.told[0]->settled == 0);
  stage.tell(ps::cancel_edge{0});
  CHECK(stage.tell(ps::end_of_stream{0}) == ps::after_turn::wait);
  CHECK(stage.told[0]->settled == 0);
  stage.look_again();
  CHECK(stage.box.items.size() == 1);
  CHECK(stage.told[0]->settled == 1);
  CHECK_FALSE(stage.told[0]->flagged);
}

TEST_CASE("a stage that stopped and waits for room ends with an abort") {
  writing_stage stage{100};
  stage.deliver_jobs(3, 1);
  stage.tell(ps::cancel_edge{0});
  stage.tell(ps::end_of_stream{0});
  CHECK(stage.told[0]->settled == 0);
  CHECK(stage.tell(ps::abort_run{"enough"}) == ps::after_turn::done);
  CHECK(stage.told[0]->settled == 1);
  CHECK(stage.told[0]->flagged);
}

TEST_CASE("what fails while its stage stops is written down") {
  writing_stage stage{0, 2};
  stage.deliver_jobs(3, 1);
  ps::piece work = stage.take(0);
  stage.tell(ps::cancel_edge{0});
  stage.work_on(0, std::move(work));
  CHECK(stage.box.items == std::vector<std::uint64_t>{0});
  CHECK(stage.told[0]->settled == 1);
  CHECK_FALSE(stage.told[0]->flagged);
}

TEST_CASE("what would be tried again is written down where its stage stops") {
  writing_stage stage{0, 2};
  ps::error_rule again;
  again.action = ps::error_action::retry;
  again.retries = 3;
  ps::error_rule then;
  then.action = ps::error_action::dead_letter;
  stage.plan.policy = ps::error_policy{{again, then}};
  stage.deliver_jobs(3, 1);
  ps::piece work = stage.take(0);
  stage.tell(ps::cancel_edge{0});
  stage.work_on(0, std::move(work));
  CHECK(stage.box.items == std::vector<std::uint64_t>{0});
  CHECK_FALSE(stage.told[0]->flagged);
}

TEST_CASE("what failed before an abort is written down") {
  writing_stage stage{0, 2};
  stage.deliver_jobs(3, 1);
  ps::worker hands{stage.plan, stage.state, 0};
  hands.start();
  auto report = std::make_unique<ps::piece_report>(hands.run(stage.take(0)));
  stage.tell_all(ps::worker_reported{std::move(report)}, ps::abort_run{"enough"});
  CHECK(stage.box.items == std::vector<std::uint64_t>{0});
  CHECK_FALSE(stage.told[0]->flagged);
}

TEST_CASE("letters before one that can't be written are safe, and those behind it are refused") {
  writing_stage stage{0, 2};
  stage.box.breaks_at = 1;
  stage.deliver_jobs(3, 1);
  stage.deliver_jobs(6, 1);
  stage.deliver_jobs(9, 1);
  ps::worker hands{stage.plan, stage.state, 0};
  hands.start();
  stage.tell_all(ps::worker_reported{std::make_unique<ps::piece_report>(hands.run(stage.take(0)))},
                 ps::worker_reported{std::make_unique<ps::piece_report>(hands.run(stage.take(1)))});
  CHECK(stage.box.items == std::vector<std::uint64_t>{0});
  CHECK(stage.failed());
  CHECK_FALSE(stage.told[0]->flagged);
  CHECK(stage.told[1]->flagged);
}
