#pragma once

#include <string>

namespace bench {

/// What `--child isolated CASE ITEMS` does: runs that case's graph in this process, whose workers are this
/// program started anew with the same words, and prints the seconds that it took. Throws for a wrong result.
int isolated_child(int argc, const char* const* argv, const std::string& which, unsigned long items);

/// Runs a child of that kind. Seconds; throws if it failed.
double run_isolated_child(const std::string& which, unsigned long items);

}  // namespace bench
