#pragma once

#include <string>

#include <penstock/runtime/graph.hpp>
#include <penstock/runtime/settings.hpp>

namespace penstock {

/// A graph in words: a line per stage with its inputs, pool and capacity, and the memory bound. Throws what a
/// start would.
std::string describe(const graph& g, const settings& overrides = {});

}  // namespace penstock
