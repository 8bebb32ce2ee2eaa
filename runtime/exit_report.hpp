#pragma once

namespace penstock {

/// From now on a std::exit from inside a body is told on standard error, with graph and stage, and ends the
/// process at once: destructors of static objects would otherwise run under the feet of the other threads.
/// Any thread, any number of times.
void report_exits();

}  // namespace penstock
