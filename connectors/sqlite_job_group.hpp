#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock {

/// A job that may be taken now, and the set of those that can't read it.
struct sqlite_job_store::due_job {
  std::int64_t job = 0;
  std::int64_t set = 0;
};

/// Jobs that are taken together, the oldest first. Plain data.
struct sqlite_job_store::job_group {
  std::vector<taken_job> jobs;
  std::map<std::int64_t, std::int64_t> last_of_set;  ///< the youngest of each set of readers
  bool is_held_up = false;                           ///< the next one waits for its turn
};

}  // namespace penstock
