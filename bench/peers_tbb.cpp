#include <oneapi/tbb/parallel_pipeline.h>

#include "harness.hpp"
#include "peers.hpp"

namespace bench::peers {

double tbb_pipeline(std::uint64_t items) {
  namespace tbb = oneapi::tbb;
  constexpr std::size_t tokens = 64;
  constexpr auto serial = tbb::filter_mode::serial_in_order;
  std::uint64_t next = 0;
  std::uint64_t total = 0;
  const auto source = [&next, items](tbb::flow_control& control) -> std::uint64_t {
    if (next < items) return next++;
    control.stop();
    return 0;
  };
  const auto add_one = [](std::uint64_t value) { return value + 1; };
  const auto sum = [&total](std::uint64_t value) { total += value; };

  const auto start = steady::now();
  tbb::parallel_pipeline(tokens, tbb::make_filter<void, std::uint64_t>(serial, source) &
                                     tbb::make_filter<std::uint64_t, std::uint64_t>(serial, add_one) &
                                     tbb::make_filter<std::uint64_t, std::uint64_t>(serial, add_one) &
                                     tbb::make_filter<std::uint64_t, std::uint64_t>(serial, add_one) &
                                     tbb::make_filter<std::uint64_t, void>(serial, sum));
  const double seconds = seconds_since(start);
  require(total == items * (items - 1) / 2 + 3 * items, "oneTBB's pipeline lost items");
  return seconds * 1e9 / static_cast<double>(items);
}

}  // namespace bench::peers
