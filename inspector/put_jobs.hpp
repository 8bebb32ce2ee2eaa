#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <vector>

#include <penstock/connectors/job_ledger.hpp>

namespace penstock {

/// The lines that hold more than blanks.
std::vector<std::string> read_lines(std::istream& in);

/// Throws codec_error, with the place of the item in the list, for the first that is no JSON.
void check_items(const std::vector<std::string>& items);

/// Puts jobs, given as JSON, into a queue, many to a transaction, and writes their numbers to `out`, a line
/// each, once they are in. Throws error; the text says how many are in then, which are those whose numbers
/// were written.
void put_jobs(job_ledger& queue, const std::vector<std::string>& items, std::chrono::nanoseconds delay,
              std::ostream& out);

}  // namespace penstock
