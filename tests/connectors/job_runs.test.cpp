#include <penstock/connectors/job_runs.hpp>

#include <penstock_test/catch.hpp>

#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ps = penstock;

namespace {

ps::job_verdict about(std::int64_t job, std::uint64_t delivery) {
  return {{std::to_string(job), delivery}, ps::job_fate::acked, {}};
}

std::vector<ps::job_run> runs_of_all(const std::vector<ps::job_verdict>& verdicts) {
  std::vector<std::size_t> places(verdicts.size());
  std::iota(places.begin(), places.end(), 0U);
  return ps::runs_of(verdicts, places);
}

}  // namespace

TEST_CASE("verdicts on jobs whose numbers follow each other are one run, in whatever order they came") {
  const auto runs = runs_of_all({about(6, 1), about(4, 1), about(5, 1), about(9, 1)});
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].first == 4);
  CHECK(runs[0].last() == 6);
  CHECK(runs[0].verdicts == std::vector<std::size_t>{1, 2, 0});
  CHECK(runs[1].first == 9);
  CHECK(runs[1].last() == 9);
}

TEST_CASE("a run has jobs of one delivery alone, and each job once") {
  CHECK(runs_of_all({about(1, 1), about(2, 2), about(3, 1)}).size() == 3);
  CHECK(runs_of_all({about(1, 1), about(1, 1)}).size() == 2);
  CHECK(runs_of_all({}).empty());
}

TEST_CASE("numbers at the end of what there is make runs too") {
  constexpr auto last = std::numeric_limits<std::int64_t>::max();
  constexpr auto first = std::numeric_limits<std::int64_t>::min();
  const auto runs = runs_of_all({about(last, 1), about(first, 1), about(last - 1, 1)});
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].last() == first);
  CHECK(runs[1].last() == last);
}

TEST_CASE("runs hold every verdict that was asked for, once, at the place that its number says") {
  const auto seed = GENERATE(range(1U, 30U));
  INFO("seed " << seed);
  std::minstd_rand random{seed};
  std::uniform_int_distribution<std::int64_t> number{1, 60};
  std::vector<ps::job_verdict> verdicts;
  for (int i = 0; i < 50; ++i) verdicts.push_back(about(number(random), 1 + seed % 2));
  std::vector<std::size_t> places;
  for (std::size_t i = seed % 3; i < verdicts.size(); i += 1 + seed % 4) places.push_back(i);
  std::multiset<std::size_t> held;
  for (const auto& run : ps::runs_of(verdicts, places)) {
    for (std::size_t i = 0; i < run.verdicts.size(); ++i) {
      const auto& delivery = verdicts[run.verdicts[i]].delivery;
      CHECK(ps::number_of(delivery) == run.first + static_cast<std::int64_t>(i));
      CHECK(delivery.delivery == run.delivery);
      held.insert(run.verdicts[i]);
    }
  }
  CHECK(held == std::multiset<std::size_t>(places.begin(), places.end()));
}
