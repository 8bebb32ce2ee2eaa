#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace penstock {

/// What is wrong with a queue's file, by a look at all of it; empty if nothing is. At most ten lines. Changes
/// nothing but SQLite's log. Throws job_queue_error where it is no queue or can't be opened.
std::vector<std::string> check_queue_file(const std::filesystem::path& file);

struct rescued_jobs {
  std::int64_t saved = 0;
  bool is_whole = true;  ///< no part of the table was passed over
};

/// Makes the queue `made` of all jobs that can be read in `damaged`, with their numbers; what was out is
/// queued again. `damaged` stays as it is: a copy of it lies beside `made` meanwhile. Throws job_queue_error,
/// also where parts can't be read and nothing else is there; then `made` is not.
rescued_jobs rescue_queue_file(const std::filesystem::path& damaged, const std::filesystem::path& made);

}  // namespace penstock
