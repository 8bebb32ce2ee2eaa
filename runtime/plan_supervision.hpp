#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <penstock/runtime/plan_chunks.hpp>

namespace penstock {

/// The time limit, restarts and shutdown of a stage, whose pool and number of workers are planned. Returns
/// its shutdown (ns) where somebody says it. Throws graph_error for those that can't be.
std::optional<std::int64_t> plan_supervision(const std::string& graph, const graph_node& node,
                                             const option_reader& value, stage_plan& plan);

}  // namespace penstock
