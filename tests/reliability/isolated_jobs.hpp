#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include <penstock/penstock.hpp>

#include "harness.hpp"
#include "jobs.hpp"

namespace reliability {

/// A job and the process that did it.
struct done_job {
  std::uint32_t job = 0;
  std::int32_t process = 0;
};
BOOST_DESCRIBE_STRUCT(done_job, (), (job, process))

/// The processes that this one has started.
std::vector<pid_t> own_children();

/// Keeps the processor busy for about so many microseconds.
std::uint32_t compute_for(unsigned microseconds, std::uint32_t seed);

/// How long it takes until a process that was hit has a successor which has done a job. Any thread.
class recovery_watch {
 public:
  /// One that has done nothing yet counts for the hit that it should have made up for.
  void hit(pid_t process);
  void did_a_job(pid_t process);
  /// Waits until so many processes have done a job: before that a late starter would pass for a successor.
  /// False if the run ended before.
  bool await_processes(std::size_t count);
  void run_ended();

  std::size_t hits() const;
  /// Sorted, ms.
  std::vector<double> times() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable grown_;
  std::set<pid_t> known_;
  std::deque<steady::time_point> waiting_;  ///< when those were hit that have no successor yet
  std::size_t hits_ = 0;
  bool ended_ = false;
  std::vector<double> times_;
};

/// Waits for the run and prints what it left: `lost=`, `wrong=` and the pool's `letters=`, and what it failed
/// with. A job that became a dead letter must be in the book as done.
void tell_end(penstock::run& run, const job_book& book, const std::string& pool);

/// Adds up what children told with tell_end.
struct end_figures {
  double lost = 0;
  double wrong = 0;
  double letters = 0;

  /// False if the child came to no good end.
  bool add(class child& program, double limit);
};

}  // namespace reliability
