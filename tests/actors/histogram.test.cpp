#include <penstock/actors/histogram.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <penstock_test/catch.hpp>

using penstock::histogram;

namespace {

constexpr double quantiles[] = {0.0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0};

/// By the same definition as the histogram's: the smallest value that a share q of all values does not
/// exceed.
double exact_quantile(const std::vector<std::int64_t>& sorted, double q) {
  const auto rank = std::max(1.0, std::ceil(q * static_cast<double>(sorted.size())));
  return static_cast<double>(sorted[static_cast<std::size_t>(rank) - 1]);
}

/// Values of every size: the logarithm is evenly spread.
std::vector<std::int64_t> random_values(std::mt19937_64& random, std::size_t count) {
  std::uniform_real_distribution<double> magnitude{0, 47 * std::log(2.0)};
  std::vector<std::int64_t> values(count);
  for (auto& each : values) each = static_cast<std::int64_t>(std::exp(magnitude(random)));
  return values;
}

}  // namespace

TEST_CASE("every quantile is within 3 % of the exact one, whatever the values") {
  std::mt19937_64 random{20};
  for (int round = 0; round < 200; ++round) {
    auto values = random_values(random, 1 + random() % 500);
    histogram measured;
    for (const auto each : values) measured.record(each);
    std::sort(values.begin(), values.end());
    for (const double q : quantiles) {
      CAPTURE(round, q, values.size());
      const auto exact = exact_quantile(values, q);
      CHECK(std::fabs(measured.quantile(q) - exact) <= 0.03 * exact);
    }
  }
}

TEST_CASE("values below 64 are exact") {
  histogram measured;
  for (int value = 0; value < 64; ++value) measured.record(value);
  for (int value = 0; value < 64; ++value) CHECK(measured.quantile((value + 1) / 64.0) == value);
}

TEST_CASE("the maximum is exact at any size") {
  histogram measured;
  measured.record(1'234'567'891);
  measured.record(5);
  CHECK(measured.max() == 1'234'567'891);
  CHECK(measured.quantile(1) == 1'234'567'891.0);
  const auto huge = std::numeric_limits<std::int64_t>::max();
  measured.record(huge);
  CHECK(measured.max() == static_cast<std::uint64_t>(huge));
  CHECK(measured.summary().max == static_cast<double>(huge));
}

TEST_CASE("recording a value n times is the same as recording it n times over") {
  histogram at_once;
  histogram singly;
  at_once.record(777, 100);
  for (int i = 0; i < 100; ++i) singly.record(777);
  at_once.record(90'000, 3);
  for (int i = 0; i < 3; ++i) singly.record(90'000);
  at_once.record(1'000'000, 0);
  CHECK(at_once.count() == 103);
  CHECK(at_once.max() == 90'000);
  for (const double q : quantiles) CHECK(at_once.quantile(q) == singly.quantile(q));
}

TEST_CASE("merging two histograms gives what one would have counted") {
  std::mt19937_64 random{7};
  histogram left;
  histogram right;
  histogram both;
  for (const auto each : random_values(random, 1000)) {
    (each % 2 == 0 ? left : right).record(each);
    both.record(each);
  }
  left.merge(right);
  CHECK(left.count() == both.count());
  CHECK(left.max() == both.max());
  for (const double q : quantiles) CHECK(left.quantile(q) == both.quantile(q));
}

TEST_CASE("an empty or cleared histogram gives zeros") {
  histogram measured;
  CHECK(measured.quantile(0.5) == 0);
  measured.record(12);
  measured.clear();
  const auto summary = measured.summary();
  CHECK(summary.count == 0);
  CHECK(summary.p50 == 0);
  CHECK(summary.max == 0);
}

TEST_CASE("a negative value counts as zero") {
  histogram measured;
  measured.record(-5);
  CHECK(measured.count() == 1);
  CHECK(measured.quantile(1) == 0);
}

TEST_CASE("quantiles never fall as the share grows, and none exceeds the maximum") {
  std::mt19937_64 random{3};
  histogram measured;
  for (const auto each : random_values(random, 300)) measured.record(each);
  double last = 0;
  for (int i = 0; i <= 1000; ++i) {
    const auto value = measured.quantile(i / 1000.0);
    CHECK(value >= last);
    CHECK(value <= static_cast<double>(measured.max()));
    last = value;
  }
  CHECK(measured.quantile(-1) == measured.quantile(0));
  CHECK(measured.quantile(2) == measured.quantile(1));
}
