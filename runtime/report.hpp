#pragma once

#include <iosfwd>
#include <string>

#include <penstock/runtime/snapshot.hpp>

namespace penstock {

/// Writes a run as a table for people: a headline, a row per stage, what failed. Columns that count trouble
/// (retries, failures, skipped, dead letters, dropped, lost threads) are there if any stage has some.
void write_report(std::ostream& out, const run_snapshot& run);

/// The same figures as one JSON object, indented, without a newline at the end: names as in snapshot.hpp,
/// durations in nanoseconds as numbers. Bytes of a text that are no UTF-8 are replaced. Any thread.
std::string report_json(const run_snapshot& run);

}  // namespace penstock
