#pragma once

#include <string>

#include <penstock/runtime/snapshot.hpp>

namespace penstock {

/// A run in a few words, for a service manager: "running, 1,234 done, 2 refused, 3 dead letters". What is
/// done are jobs that their source has acknowledged; where no source acknowledges, items that the sinks are
/// done with.
std::string status_line(const run_snapshot& run);

}  // namespace penstock
