#include <penstock/actors/delivery_token.hpp>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <penstock_test/catch.hpp>
#include <penstock_test/recorder.hpp>

namespace ps = penstock;
using penstock_test::recorder;

namespace {

ps::ref<ps::token> delivery(const ps::ref<ps::settled_deliveries>& verdicts, std::uint64_t job) {
  return ps::ref<ps::token>{new ps::delivery_token{verdicts, job}};
}

struct verdict {
  std::uint64_t job;
  bool flagged;
  std::string reason;
};

std::vector<verdict> take_all(ps::settled_deliveries& from) {
  std::vector<verdict> all;
  for (auto* each = from.take(); each != nullptr;) {
    all.push_back({each->number(), each->flagged(), each->reason()});
    delete std::exchange(each, each->next());
  }
  return all;
}

/// Counts, on any thread.
class counter final : public ps::mailbox {
 public:
  void post(ps::message) override { ++posted; }
  std::atomic<int> posted{0};
};

}  // namespace

TEST_CASE("settled deliveries come in order, and their source is told once for all", "[delivery_token]") {
  const auto source = ps::make_ref<recorder>();
  const auto verdicts = ps::make_ref<ps::settled_deliveries>(source);
  auto first = delivery(verdicts, 0);
  auto second = delivery(verdicts, 1);
  auto third = delivery(verdicts, 2);
  auto other_holder = third;
  second->flag("no good");
  CHECK(source->messages.empty());
  second = nullptr;
  first = nullptr;
  third = nullptr;
  CHECK(source->all<ps::deliveries_settled>().size() == 1);
  const auto taken = take_all(*verdicts);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].job == 1);
  CHECK(taken[0].flagged);
  CHECK(taken[0].reason == "no good");
  CHECK(taken[1].job == 0);
  CHECK_FALSE(taken[1].flagged);
  CHECK(take_all(*verdicts).empty());

  other_holder = nullptr;
  CHECK(source->all<ps::deliveries_settled>().size() == 2);
  CHECK(take_all(*verdicts).size() == 1);
}

TEST_CASE("a delivery that an exception takes along is lost", "[delivery_token]") {
  const auto verdicts = ps::make_ref<ps::settled_deliveries>(ps::make_ref<recorder>());
  try {
    const auto held = delivery(verdicts, 0);
    throw std::runtime_error{"no"};
  } catch (const std::runtime_error&) {
  }
  const auto taken = take_all(*verdicts);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].flagged);
  CHECK(taken[0].reason == "it was lost");
}

TEST_CASE("deliveries that are settled when their source has gone are freed", "[delivery_token]") {
  const auto source = ps::make_ref<recorder>();
  auto verdicts = ps::make_ref<ps::settled_deliveries>(source);
  auto settled = delivery(verdicts, 0);
  auto late = delivery(verdicts, 1);
  settled = nullptr;
  verdicts = nullptr;
  CHECK(source->all<ps::deliveries_settled>().size() == 1);
  late = nullptr;  // the sanitizers would tell
}

TEST_CASE("verdicts of several threads are all there, each thread's in its order", "[delivery_token]") {
  constexpr std::uint64_t threads = 4;
  constexpr std::uint64_t each_has = 5'000;
  const auto source = ps::make_ref<counter>();
  const auto verdicts = ps::make_ref<ps::settled_deliveries>(source);
  std::vector<std::jthread> all;
  for (std::uint64_t thread = 0; thread < threads; ++thread) {
    all.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < each_has; ++i) delivery(verdicts, thread * each_has + i);
    });
  }
  all.clear();
  std::vector<std::uint64_t> seen(threads, 0);  // of each thread, which come in its order
  std::uint64_t count = 0;
  for (const verdict& each : take_all(*verdicts)) {
    CHECK(each.job % each_has == seen[each.job / each_has]++);
    ++count;
  }
  CHECK(count == threads * each_has);
  CHECK(source->posted == 1);
}
