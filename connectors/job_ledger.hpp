#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/connectors/job_store.hpp>

namespace penstock {

/// A job as the queue has it, for people to look at.
struct job_view {
  std::int64_t job = 0;
  std::string state;  ///< queued, leased or dead
  std::uint64_t deliveries = 0;
  unsigned deaths = 0;
  std::int64_t put_ns = 0;  ///< since 1970
  std::string owner;        ///< of the lease, or of the last one
  std::string reason;       ///< of the last refusal or death
  std::string type;
  std::string json;
  std::vector<std::string> unread_by;  ///< hashes of the schemas of programs that could not read it
};

struct job_counts {
  std::int64_t queued = 0;
  std::int64_t leased = 0;
  std::int64_t dead = 0;
  std::int64_t done = 0;  ///< and gone
};

/// A queue of jobs as those see it who fill it and look after it. Any thread; throws job_queue_error.
class job_ledger {
 public:
  virtual ~job_ledger() = default;

  /// Adds a job, to be delivered after `delay`; its number.
  virtual std::int64_t put(const stored_item& item, std::chrono::nanoseconds delay) = 0;
  std::int64_t put(const stored_item& item) { return put(item, {}); }
  /// Adds all of them or, if it throws, none.
  virtual void put_all(const std::vector<stored_item>& items) = 0;

  /// Jobs of one state, or all for "", the oldest first.
  virtual std::vector<job_view> list(std::string_view state) const = 0;
  std::vector<job_view> list() const { return list({}); }
  /// Makes a dead job queued, as if nobody had died of it; one that could not be read is given to all
  /// programs again. False if there is no such job.
  virtual bool requeue(std::int64_t job) = 0;
  /// All of them; how many.
  virtual std::int64_t requeue_all() = 0;
  virtual job_counts count() const = 0;
};

}  // namespace penstock
