#pragma once

#include <cstdint>

namespace penstock {

/// How a set of measured values is spread. Durations are in nanoseconds; all fields are zero while nothing
/// was measured.
struct percentiles {
  std::uint64_t count = 0;  ///< how many values were measured
  double p50 = 0;           ///< half of the values are at most this
  double p90 = 0;
  double p99 = 0;
  double max = 0;  ///< the largest value, exact
};

}  // namespace penstock
