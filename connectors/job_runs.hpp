#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <penstock/connectors/job_store.hpp>

namespace penstock {

/// Verdicts on jobs whose numbers follow each other, and of the same delivery of each. Plain data.
struct job_run {
  std::int64_t first = 0;  ///< number of the first job
  std::uint64_t delivery = 0;
  std::vector<std::size_t> verdicts;  ///< their places, by number

  std::int64_t last() const { return first + (static_cast<std::int64_t>(verdicts.size()) - 1); }
};

/// Of a job in a queue that numbers them; 0 if its name is no number.
std::int64_t number_of(const job_receipt& delivery);

/// The fewest runs that hold the verdicts at `places`.
std::vector<job_run> runs_of(std::span<const job_verdict> verdicts, std::span<const std::size_t> places);

}  // namespace penstock
