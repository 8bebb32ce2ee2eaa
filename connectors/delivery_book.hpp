#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <penstock/actors/untold_verdicts.hpp>
#include <penstock/connectors/job_store.hpp>

namespace penstock {

/// The deliveries that a process has, each until its verdict was told. What a verdict needs is there before
/// its job is taken, so that none is lost where memory has run out.
///
/// One thread, except `to_extend` and `holds`.
class delivery_book {
 public:
  /// Room for so many more. Throws std::bad_alloc.
  void make_room(std::size_t jobs);
  /// A job for which there is room. Takes no memory.
  void add(const job_receipt& delivery);

  /// Notes the verdict; the first one counts. False: there was one, or the delivery is not known. `counts`:
  /// the run counts the job among those that it acked or refused. Takes no memory but for the reason, which
  /// is left out where there is none.
  bool settle(const job_receipt& delivery, job_fate is, const std::string& reason, bool counts);

  /// Verdicts that were not told yet.
  std::size_t owed() const { return untold_.size(); }
  /// Those of them that count.
  untold_verdicts owed_of_run() const { return counted_; }
  /// Of the one that waits longest. There is one.
  const job_receipt& earliest() const { return untold_.front()->first; }
  /// The first `most` of them, the earliest first. Throws std::bad_alloc.
  std::vector<job_verdict> first(std::size_t most) const;
  /// The first `count` are told now, and may have arrived from here on.
  void send(std::size_t count);
  /// Nobody knows whether the first `count` have arrived.
  void tried(std::size_t count);
  /// Was never told before.
  bool is_new(const job_receipt& delivery) const;
  /// The first `count` were told, or are lost.
  void forget(std::size_t count);

  // Any thread.

  /// All, but of a job that came again while it was here only the last: nobody can extend the others.
  std::vector<job_receipt> to_extend() const;
  /// It is here, and no verdict on it can have arrived.
  bool holds(const job_receipt& delivery) const;

 private:
  struct verdict {
    bool is_open = true;
    job_fate is = job_fate::acked;
    std::string reason;
    bool counts = false;
    bool sent = false;   ///< may have arrived
    bool tried = false;  ///< once before, and nobody knows whether it arrived
  };
  using deliveries = std::map<job_receipt, verdict>;

  std::uint64_t& counter(job_fate is) { return is == job_fate::acked ? counted_.acked : counted_.nacked; }

  mutable std::mutex mutex_;  ///< of `out_`: to extend may come at any time
  deliveries out_;
  std::vector<deliveries::iterator> untold_;  ///< those that have one; there is room for all that are out
  std::vector<deliveries::node_type> rooms_;  ///< for the next ones
  untold_verdicts counted_;
};

}  // namespace penstock
