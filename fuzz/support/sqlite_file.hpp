#pragma once

#include <filesystem>

#include "bytes.hpp"

namespace fuzz {

/// A file with these bytes, which SQLite has not opened yet, in a folder of this process's own. The next call
/// replaces it.
std::filesystem::path sqlite_file(bytes content);

/// Pages of 512 bytes and no log, so that a change meets something that matters.
void make_small(const std::filesystem::path& file);

}  // namespace fuzz
