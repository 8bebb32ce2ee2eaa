#pragma once

#include <cstdint>
#include <vector>

namespace penstock_simulation {

/// Seeds that once failed and always run.
inline const std::vector<std::uint64_t> regressions{};

}  // namespace penstock_simulation
