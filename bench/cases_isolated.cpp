#include "harness.hpp"
#include "isolated_child.hpp"

namespace bench {

namespace {

std::vector<figure> isolated_large(const settings& wanted) {
  const unsigned long arrays = wanted.quick ? 20 : 200;
  const auto medians =
      alternate(wanted.runs,
                {[=] { return static_cast<double>(arrays) * 0.04 / run_isolated_child("large", arrays); }});
  return {{"isolated_large",
           "arrays of 40 MB to another process, written and read",
           medians[0],
           "GB/s",
           "limit",
           2.0,
           {bar::rule::ratio_at_least, 1.0}}};
}

std::vector<figure> isolated_small(const settings& wanted) {
  const unsigned long items = wanted.quick ? 200'000 : 5'000'000;
  const auto medians = alternate(
      wanted.runs, {[=] { return static_cast<double>(items) / 1e6 / run_isolated_child("small", items); }});
  return {{"isolated_small",
           "numbers to another process and back",
           medians[0],
           "million/s",
           "limit",
           1.0,
           {bar::rule::ratio_at_least, 1.0}}};
}

}  // namespace

std::vector<bench_case> isolated_cases() {
  return {{"isolated_large", isolated_large}, {"isolated_small", isolated_small}};
}

}  // namespace bench
