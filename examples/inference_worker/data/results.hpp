#pragma once

#include <string>
#include <vector>

#include "items.hpp"

namespace inference {

/// Writes one job's result as `<directory>/<job>.json`, whole or not at all. Throws std::runtime_error that
/// names the file.
void write_result(const std::string& directory, const job_result& result);

/// Reads every result that lies in `directory`, by name of the job. Throws std::runtime_error that names the
/// file which is no result.
std::vector<job_result> read_results(const std::string& directory);

}  // namespace inference
