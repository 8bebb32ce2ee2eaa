#pragma once

#include <cstddef>
#include <cstdint>

#include <penstock/runtime/sqlite_connection.hpp>

namespace penstock {

/// The tables of a job queue's file. All of version 1 can work on one file at the same time: what came later
/// are columns with defaults, tables and indexes, which older programs pass over and keep true.
namespace sqlite_tables {

/// "PSJQ": says whose file it is, where `file` and others look.
constexpr std::int64_t application_id = 0x50534a51;
constexpr std::int64_t version = 1;

/// All of them, in a file that has none.
void make(sqlite_connection& file);

/// The file has all that this program knows of.
bool are_complete(sqlite_connection& file);
/// What older programs did not know of comes in so many pieces, as a full disk has room for one at a time.
std::size_t pieces();
/// Adds a piece where it is missing. In a transaction: another program may do the same.
void add(sqlite_connection& file, std::size_t piece);

}  // namespace sqlite_tables

}  // namespace penstock
