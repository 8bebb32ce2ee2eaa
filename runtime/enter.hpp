#pragma once

#include <optional>
#include <string>

namespace penstock {

/// To be called first in main where `ps::runtime rt{argc, argv}` doesn't stand there: stages with isolated
/// workers start this program anew, which runs main again up to the run of their graph.
void enter(int argc, const char* const* argv);

/// The name of the graph that this process works for as another one's isolated worker; nothing in a program
/// of its own. Known after `enter` or the runtime's constructor. For mains that run several graphs: a worker
/// must get to its own without running others.
std::optional<std::string> role_graph();

}  // namespace penstock
