#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <penstock/runtime/run_plan.hpp>

namespace penstock {

/// The value of an option of a node, whose name and value in the program are given: from outside, or that.
/// Throws for one out of range.
using option_reader =
    std::function<std::optional<std::int64_t>(const char*, const std::optional<std::int64_t>&)>;

/// What a chunk stage is told. Throws option_error for a chunk that could not be held.
chunk_plan plan_chunk(const std::string& graph, const graph_node& node, const option_reader& value);

/// Throws option_error for a size or delay that no chunk can have: what `chunk` was called with has no names
/// in the program. Takes any other option in silence.
void check_chunk_call(const std::string& graph, const graph_node& node, const std::string& option,
                      std::int64_t given);

/// Has chunk stages tell their sources when chunks leave short, where nobody said how many jobs these may
/// have in flight.
void connect_chunks(run_plan& plan);

/// Throws option_error for chunks that could wait for ever.
void check_chunks(const run_plan& plan);

}  // namespace penstock
