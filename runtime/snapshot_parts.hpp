#pragma once

#include <string>
#include <vector>

#include <penstock/actors/run_controller.hpp>
#include <penstock/runtime/run_plan.hpp>
#include <penstock/runtime/snapshot.hpp>

namespace penstock {

/// What a snapshot says of a stage or source after so many seconds of its run.
stage_snapshot stage_snapshot_of(const stage_figures& figures, double seconds);

/// The supervision tree of a run in `state`, as the last figures of its members have it.
supervised supervision_tree(const run_plan& plan, const std::string& state, const run_result::state& last,
                            const std::vector<stage_figures>& known);

}  // namespace penstock
