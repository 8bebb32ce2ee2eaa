#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "items.hpp"

namespace inference {

/// The images 0 to `images` - 1 in random order, cut into jobs of 1 to 400, most of them small. The same seed
/// gives the same jobs.
std::vector<job> make_jobs(std::size_t images, std::uint64_t seed);

}  // namespace inference
