#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace penstock {

/// How many letters must be put in, taken out or exchanged to make one of the other. Looks at the first 64
/// letters of each.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that is most like `wanted`, the first of several; null without candidates.
const std::string* nearest_name(std::string_view wanted, std::span<const std::string> candidates);

}  // namespace penstock
