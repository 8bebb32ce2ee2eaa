#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <penstock/connectors/job_ledger.hpp>

namespace reliability {

inline constexpr std::uint32_t queued_jobs = 60;

/// Opens a queue, as `sqlite:FILE` or `redis:URL#NAME`.
std::unique_ptr<penstock::job_ledger> open_ledger(const std::string& queue);

/// Puts in the jobs 0 to count - 1.
void put_jobs(penstock::job_ledger& ledger, std::uint32_t count = queued_jobs);

/// What became of the jobs of one run, whose effects are files in `folder`.
struct job_figures {
  std::uint32_t jobs = queued_jobs;
  double kills = 0;
  double hits = 0;        ///< kills while a job was out
  double early = 0;       ///< gone from the queue without their effect
  double without = 0;     ///< never done
  double left = 0;        ///< still in the queue in the end
  double duplicates = 0;  ///< effects after the first
  double crashes = 0;     ///< ends that were neither good nor ours

  void look_for_early(const penstock::job_ledger& ledger, const std::filesystem::path& folder);
  /// All programs have ended.
  void count_effects(const penstock::job_ledger& ledger, const std::filesystem::path& folder);
  void add(const job_figures& other);
  bool good() const { return early + without + left + crashes == 0; }
};

/// Words for a child that works on the queue until it is empty, and exits with 0. `seed` decides what pool it
/// has. A lease that is short brings back the jobs of those who are killed; one that is long must not end.
std::vector<std::string> queue_worker(unsigned seed, const std::string& queue,
                                      const std::filesystem::path& folder,
                                      std::chrono::milliseconds lease = std::chrono::milliseconds{100});

}  // namespace reliability
