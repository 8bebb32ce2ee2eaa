#pragma once

#include <cstdint>

namespace penstock {

/// Verdicts that a source was given and its origin has not heard of. Plain data.
struct untold_verdicts {
  std::uint64_t acked = 0;
  std::uint64_t nacked = 0;
};

}  // namespace penstock
