#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock/runtime/dead_letter_store.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "runtime/engine_support.hpp"

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// Runs a graph with a dead letter file of its own and reads what was written.
std::vector<ps::dead_letter_record> letters_of(ps::graph& g) {
  const scratch_folder folder;
  const auto file = folder / "letters.sqlite";
  ps::runtime_options options;
  options.dead_letters = file.string();
  run_to_end(g, options);
  return std::filesystem::exists(file) ? ps::dead_letter_store{file}.list()
                                       : std::vector<ps::dead_letter_record>{};
}

/// Numbers from 1 that are acknowledged.
class queue {
 public:
  explicit queue(int jobs) : jobs_{jobs} {}
  std::optional<int> operator()() {
    if (next_ == jobs_) return std::nullopt;
    return ++next_;
  }
  void ack(const int&) {}

 private:
  int jobs_;
  int next_ = 0;
};

/// An order that can't be copied if it is for three.
struct order {
  int of = 0;

  explicit order(int n) : of{n} {}
  order(order&&) noexcept = default;
  order(const order& other) : of{other.of} {
    if (of == 3) throw broken_item{"can't be copied"};
  }
  order& operator=(order&&) noexcept = default;
  order& operator=(const order&) = delete;
  ~order() = default;
};
BOOST_DESCRIBE_STRUCT(order, (), (of))

int fail_on_three(const int& n) {
  if (n == 3) throw broken_item{"three"};
  return n;
}

}  // namespace

TEST_CASE("a dead letter names the delivery that its item came of", "[engine][letters]") {
  ps::graph g{"letter_of_job"};
  g.source("queue", queue{5})
      .stage("work", &fail_on_three, ps::on_error(ps::dead_letter()))
      .sink("end", [](int) {});
  const auto letters = letters_of(g);
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].job == 3);
  CHECK(letters[0].stage == "work");
  CHECK(letters[0].item == 2);
  CHECK(letters[0].json == "3");
  CHECK(ps::decode<int>(letters[0].archive) == 3);
}

TEST_CASE("an operator's dead letter names the delivery too, also of a piece of a scattered job",
          "[engine][letters]") {
  ps::graph g{"letter_of_piece"};
  g.source("queue", queue{5})
      .scatter("pieces", [](int n) { return std::vector<int>(2, n); })
      .map("check", &fail_on_three, ps::on_error(ps::dead_letter()))
      .gather("together", [](std::vector<ps::outcome<int>> all) { return static_cast<int>(all.size()); })
      .sink("end", [](int) {});
  const auto letters = letters_of(g);
  REQUIRE(letters.size() == 2);
  for (const auto& each : letters) {
    CHECK(each.job == 3);
    CHECK(each.op == "check");
    CHECK(each.json == "3");
  }
}

TEST_CASE("an item of a source that keeps no track of its items is of no job", "[engine][letters]") {
  ps::graph g{"letter_of_none"};
  g.source("numbers", std::vector{1, 3})
      .stage("work", &fail_on_three, ps::on_error(ps::dead_letter()))
      .sink("end", [](int) {});
  const auto letters = letters_of(g);
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].job == 0);
}

TEST_CASE("a gather's dead letter holds all pieces, the failed ones with their failure",
          "[engine][letters]") {
  ps::graph g{"letter_of_gather"};
  using pieces = std::vector<ps::outcome<int>>;
  g.source("queue", queue{1})
      .scatter("pieces",
               [](int) {
                 return std::vector<int>{1, 2, 3};
               })
      .stage("work", &fail_on_three)
      .gather(
          "together", [](const pieces&) -> int { throw broken_item{"incomplete"}; },
          ps::on_error(ps::dead_letter()))
      .sink("end", [](int) {});
  const auto letters = letters_of(g);
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].stage == "together");
  CHECK(letters[0].job == 1);
  CHECK(mentions(letters[0].json, R"("stage":"work")"));
  CHECK(mentions(letters[0].json, "three"));
  const auto all = ps::decode<pieces>(letters[0].archive);
  REQUIRE(all.size() == 3);
  int sum = 0;
  for (const auto& each : all) sum += each.value_or(0);
  CHECK(sum == 3);
  CHECK(all[2].failure().text == "three");
}

TEST_CASE("failures of pieces count towards max_held", "[engine][letters]") {
  ps::graph g{"too_many_failures"};
  g.source("queue", queue{1})
      .scatter("pieces", [](int) { return std::vector<int>(100, 3); })
      .stage("work", &fail_on_three)
      .gather(
          "together", [](std::vector<ps::outcome<int>> all) { return static_cast<int>(all.size()); },
          ps::max_held(10))
      .sink("end", [](int) {});
  CHECK(mentions(text_of<ps::error>([&] { run_to_end(g); }), "max_held = 10"));
}

TEST_CASE("an item of a source that can't be copied for a later dead letter fails the run",
          "[engine][letters]") {
  ps::graph g{"no_copy_at_source"};
  g.source("orders",
           [next = 0]() mutable -> std::optional<order> {
             if (next == 5) return std::nullopt;
             return order{++next};
           })
      .map(
          "number", [](const order& each) { return each.of; }, ps::on_error(ps::dead_letter()))
      .sink("end", [](int) {});
  CHECK(text_of<broken_item>([&] { run_to_end(g); }) == "can't be copied");
}
