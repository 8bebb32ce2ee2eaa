#pragma once

#include <cstdint>
#include <filesystem>

namespace bench {

/// A job queue as one would write it in an hour: a table with an index over what is queued, in SQLite's log
/// mode with each transaction on the disk. One program, no leases that end, no deaths.
namespace bare_sqlite {

/// Makes the file with jobs in it.
void fill(const std::filesystem::path& file, std::uint64_t jobs);

/// Takes all jobs and deletes them, 64 takes and the deletes of the 64 before them to a transaction. Returns
/// the seconds.
double work_off(const std::filesystem::path& file, std::uint64_t jobs);

}  // namespace bare_sqlite

}  // namespace bench
