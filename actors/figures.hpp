#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <penstock/actors/percentiles.hpp>
#include <penstock/messages/reserve.hpp>

namespace penstock {

/// What a stage tells of one of its workers.
struct worker_figures {
  unsigned slot = 0;
  std::string state;  ///< idle, busy, suspended, slow, leaving or restarting
  std::uint64_t restarts = 0;
  std::string last_error;
};

/// What a source or stage tells of itself. Times in ns, shares of its workers' time.
struct stage_figures : from_reserve {
  std::string name;
  std::string kind;
  std::string pool;
  std::string state = "running";
  std::string waits_for;
  unsigned workers = 0;
  std::uint64_t in = 0, out = 0, dropped = 0, retries = 0, failures = 0, skipped = 0, dead_letters = 0;
  double busy = 0, idle = 1, blocked = 0;
  std::uint64_t queued = 0, queued_bytes = 0, in_work = 0;
  std::uint64_t held = 0, held_bytes = 0;  ///< in open chunks
  std::uint64_t in_flight = 0;             ///< of a source: most jobs without a verdict, 0: no limit
  std::uint64_t capacity = 0, capacity_bytes = 0, peak_custody = 0, peak_custody_bytes = 0;
  std::uint64_t lost_threads = 0;       ///< held by bodies that were given up and have not returned
  std::uint64_t acked = 0, nacked = 0;  ///< sources that keep track of their jobs
  std::uint64_t untold = 0;             ///< verdicts that their origins have not heard
  std::uint64_t restarts = 0;
  std::string last_error;  ///< of the last worker that crashed
  std::vector<worker_figures> crew;
  percentiles queue_wait, service;
};

/// Gathers the figures of all members of a run. Any thread.
class snapshot_request {
 public:
  explicit snapshot_request(std::size_t members)
      : figures_(members), answered_(members, false), missing_{members} {}

  /// The first answer of a member counts.
  void answer(std::size_t member, stage_figures figures) {
    const std::lock_guard lock{mutex_};
    if (answered_[member]) return;
    answered_[member] = true;
    figures_[member] = std::move(figures);
    if (--missing_ == 0) complete_.notify_all();
  }

  /// The member has ended and answers no more.
  void decline(std::size_t member) { answer(member, {}); }

  /// Waits until all have answered, at most until `deadline`. True: all have.
  bool wait_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock{mutex_};
    return complete_.wait_until(lock, deadline, [this] { return missing_ == 0; });
  }

  /// Figures so far; members that did not answer have no name.
  std::vector<stage_figures> figures() const {
    const std::lock_guard lock{mutex_};
    return figures_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable complete_;
  std::vector<stage_figures> figures_;
  std::vector<bool> answered_;
  std::size_t missing_;
};

}  // namespace penstock
