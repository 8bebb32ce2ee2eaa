#include <penstock_test/catch.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "source_bench.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// Has nothing for an hour, or, once `verdicts_only` is set, before a verdict comes.
class empty_origin final : public ps::source_body {
 public:
  explicit empty_origin(bool& verdicts_only) : verdicts_only_{verdicts_only} {}
  void fill(ps::fill_work&, ps::source_context& context) override {
    if (verdicts_only_) {
      context.await_verdict();
    } else {
      static_cast<void>(context.not_yet(std::chrono::hours{1}));
    }
  }
  void settle(std::uint64_t, bool, const std::string&) override {}

 private:
  bool& verdicts_only_;
};

struct choice {
  bool verdicts_only = false;
};

struct waiting_source : choice, source_bench {
  waiting_source() : source_bench{[this] { return std::make_unique<empty_origin>(verdicts_only); }} {}
};

}  // namespace

TEST_CASE("a run is not quiet while a source waits for its time", "[actors][source]") {
  waiting_source pull;
  CHECK(pull.env.expected == 1);
  CHECK(pull.env.reminders.size() == 1);
}

TEST_CASE("the time of a source that waits for it no more does not keep the run from being quiet",
          "[actors][source]") {
  waiting_source pull;
  pull.verdicts_only = true;
  pull.tell(ps::ask_again{});  // woken
  CHECK(pull.env.expected == 0);
  CHECK(pull.env.timers == 0);
}

TEST_CASE("a source whose time has come waits anew", "[actors][source]") {
  waiting_source pull;
  pull.tell(std::move(pull.env.reminders.front()));
  CHECK(pull.env.expected == 1);
  CHECK(pull.env.reminders.size() == 2);
}

TEST_CASE("a source that ends while it waits expects nothing any more", "[actors][source]") {
  waiting_source pull;
  pull.tell(ps::drain_run{});
  CHECK(pull.env.expected == 0);
}

TEST_CASE(
    "a source that waits for verdicts alone tells its consumers, and one that waits for its time does not",
    "[actors][source]") {
  waiting_source pull;
  CHECK(pull.consumer->all<ps::await_verdicts>().empty());
  pull.verdicts_only = true;
  pull.tell(ps::ask_again{});
  CHECK(pull.consumer->all<ps::await_verdicts>().size() == 1);
  pull.tell(ps::ask_again{});
  CHECK(pull.consumer->all<ps::await_verdicts>().size() == 1);
}
