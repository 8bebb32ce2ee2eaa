// Verdicts that an origin could not be told when they came.

#include <penstock_test/catch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "source_bench.hpp"

namespace ps = penstock;
using namespace penstock_test;
using namespace std::chrono_literals;

namespace {

struct origin_state {
  bool away = true;
  std::chrono::nanoseconds lease{};
  std::chrono::nanoseconds patience = 5ms;
  int flushed = 0;
  bool stopped = false;
};

/// Owes its origin something from the beginning, and has no items.
class owing_source final : public ps::source_body {
 public:
  explicit owing_source(origin_state& origin) : origin_{origin} {}
  void fill(ps::fill_work& work, ps::source_context&) override { work.ended = true; }
  void settle(std::uint64_t, bool, const std::string&) override {}
  std::optional<std::chrono::nanoseconds> flush_verdicts(ps::source_context&) override {
    ++origin_.flushed;
    if (origin_.away) return origin_.patience;
    return std::nullopt;
  }
  std::chrono::nanoseconds lease() const override { return origin_.lease; }
  void stop(ps::source_context&) override { origin_.stopped = true; }

 private:
  origin_state& origin_;
};

struct origin_holder {
  origin_state origin;
};

/// A source that has made everything, and still owes its origin verdicts.
struct ended_source : origin_holder, source_bench {
  explicit ended_source(std::chrono::nanoseconds lease = 0ns, std::chrono::nanoseconds patience = 5ms)
      : origin_holder{{true, lease, patience}},
        source_bench{[this] { return std::make_unique<owing_source>(origin); }, true} {}

  ps::after_turn at(std::chrono::nanoseconds time) {
    env.time = time.count();
    return tell(ps::ask_again{env.time});
  }

  std::vector<std::int64_t> reminders() const {
    std::vector<std::int64_t> times;
    for (const auto& each : env.reminders) times.push_back(std::get<ps::ask_again>(each).when);
    return times;
  }
};

}  // namespace

TEST_CASE("a source whose origin has not heard all verdicts does not end", "[actors][source]") {
  ended_source pull;
  CHECK(pull.env.expected == 1);  // nobody shall take the run for deadlocked
  CHECK(pull.reminders() == std::vector<std::int64_t>{5'000'000, 60'000'000'000});
  CHECK(pull.at_work->figures().waits_for == "its origin, which has not heard all verdicts yet");
  const int before = pull.origin.flushed;
  CHECK(pull.at(5ms) == ps::after_turn::wait);
  CHECK(pull.origin.flushed > before);
  CHECK(pull.reminders().size() == 3);
  pull.origin.away = false;
  CHECK(pull.at(10ms) == ps::after_turn::done);
  CHECK(pull.origin.stopped);
  CHECK(pull.env.expected == 0);
}

TEST_CASE("an origin that stays away is waited for until the lease is over", "[actors][source]") {
  ended_source pull{100ms};
  CHECK(pull.at(99ms) == ps::after_turn::wait);
  CHECK(pull.env.expected == 1);
  CHECK(pull.at(100ms) == ps::after_turn::wait);  // for its lease keeper alone
  CHECK(pull.env.expected == 0);
  CHECK(pull.tell(ps::leases_ended{}) == ps::after_turn::done);
}

TEST_CASE("without leases an origin that stays away is waited for for a minute", "[actors][source]") {
  ended_source pull;
  CHECK(pull.at(59s) == ps::after_turn::wait);
  CHECK(pull.at(60s) == ps::after_turn::done);
}

TEST_CASE("a reminder of that which comes a hair early is set again", "[actors][source]") {
  ended_source pull{0ns, std::chrono::nanoseconds::max()};
  pull.env.time = std::chrono::nanoseconds{60s}.count() - 1;
  CHECK(pull.tell(ps::ask_again{std::chrono::nanoseconds{60s}.count()}) == ps::after_turn::wait);
  CHECK(pull.reminders().size() == 2);
  CHECK(pull.at(60s) == ps::after_turn::done);
}

TEST_CASE("a source that wants to be called when it is woken sets no time", "[actors][source]") {
  ended_source pull{0ns, std::chrono::nanoseconds::max()};
  CHECK(pull.reminders() == std::vector<std::int64_t>{60'000'000'000});
  CHECK(pull.env.expected == 1);
  pull.origin.away = false;
  CHECK(pull.at(1ms) == ps::after_turn::done);
}

TEST_CASE("an abort and the deadline of a drain wait for no origin", "[actors][source]") {
  ended_source aborted;
  CHECK(aborted.tell(ps::abort_run{"test"}) == ps::after_turn::done);
  CHECK(aborted.env.expected == 0);
  ended_source drained;
  CHECK(drained.tell(ps::drain_run{}) == ps::after_turn::wait);
  CHECK(drained.tell(ps::refuse_rest{"test"}) == ps::after_turn::done);
  CHECK(drained.env.expected == 0);
}
