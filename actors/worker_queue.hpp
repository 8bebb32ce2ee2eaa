#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include <penstock/actors/job_queues.hpp>
#include <penstock/messages/reserve.hpp>

namespace penstock {

/// What a worker of `job_queues` has of its own: its jobs, and what it sleeps on.
struct alignas(64) job_queues::worker_queue {
  std::mutex mutex;  ///< for the queue and `next`
  std::deque<job, reserve_allocator<job>> jobs;
  job next = nullptr;
  std::atomic<std::size_t> size{0};     ///< of the queue alone: `next` is not for others
  std::atomic<std::uint64_t> taken{0};  ///< jobs that this worker has begun; it alone writes
  std::atomic<bool> has_next{false};

  // The worker's own.
  unsigned in_a_row = 0;
  bool searching = false;
  std::int64_t began = 0;       ///< the present job
  std::int64_t busy_since = 0;  ///< 0: has done nothing since it last searched

  std::mutex park_mutex;
  std::condition_variable woken_up;
  bool woken = false;
  std::vector<std::uint64_t> seen;  ///< on watch: what the others had taken at the last look
};

}  // namespace penstock
