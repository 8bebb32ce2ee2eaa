#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace penstock_simulation {

/// Seeds that once failed and always run.
inline constexpr std::array<std::uint64_t, 16> regressions{
    630,             // what `on_end` of an ordered pool emitted never left the reorder buffer
    12,     17885,   // a generator that threw midway: outputs without their tokens, no flag
    119,    3951,    // an operator that threw after an expanding one: tokens of the wrong items
    10467,  15994,   // an ordered scatter: a later job held the place that a retried one needed
    17383,  7246,    // a report that came after the abort stayed in the reorder buffer, and its job was acked
    6186,   17806,   // a gather that wanted no more left its scatter without places for other consumers
    17819,  46483,   // a gather took the rest of a job for the whole
    110474, 319277,  // a report that came after its worker was given up: no work for that place any more
    141373,          // an operator's fault on what `on_end` of a pool emitted was swallowed
};

constexpr bool is_regression(std::uint64_t seed) {
  return std::find(regressions.begin(), regressions.end(), seed) != regressions.end();
}

}  // namespace penstock_simulation
