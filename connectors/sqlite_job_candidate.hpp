#pragma once

#include <cstdint>

#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock {

/// A job that may be taken now. Plain data.
struct sqlite_job_store::candidate {
  std::int64_t job = 0;
  std::uint64_t delivery = 0;  ///< that it will be
  unsigned deaths = 0;
  std::uint64_t bytes = 0;
};

}  // namespace penstock
