#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <penstock/runtime/snapshot.hpp>

#include "data/dataset.hpp"
#include "data/job_origin.hpp"
#include "options.hpp"

namespace inference {

/// What was there before the run, to compare with what is there after it.
struct starting_point {
  std::size_t results = 0;  ///< files of an earlier run that this one goes on with
  std::size_t images = 0;   ///< in those files
  std::size_t letters = 0;  ///< dead letters in the file
};

/// Reads the results, prints accuracy, images/s and what was given up, and writes the report. Returns the
/// exit code: that of the run, or 3 when the run ended well but jobs or images were given up. Throws
/// std::runtime_error that names the file.
int summarize(const options& given, const dataset& test, const job_origin& jobs, const starting_point& before,
              const std::string& dead_letters, const penstock::run_snapshot& run, int code);

/// What is there now, before the run.
starting_point look_around(const options& given, const std::string& dead_letters);

}  // namespace inference
