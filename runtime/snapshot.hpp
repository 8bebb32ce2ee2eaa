#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <penstock/actors/percentiles.hpp>

namespace penstock {

/// One stage of a run as it stood at one moment. Counters run from the start of the run. A plain value.
struct stage_snapshot {
  std::string name;
  std::string kind;  ///< source, stage, sink, scatter, gather, chunk or chain
  unsigned workers = 0;
  std::string pool;  ///< inline, cooperative, blocking or per_core

  std::uint64_t in = 0;   ///< items taken
  std::uint64_t out = 0;  ///< items given on
  std::uint64_t dropped = 0;
  std::uint64_t retries = 0;
  std::uint64_t failures = 0;  ///< items whose body threw at the last attempt
  std::uint64_t skipped = 0;
  std::uint64_t dead_letters = 0;

  double in_rate = 0;  ///< items/s since the start
  double out_rate = 0;

  double busy = 0;     ///< share of the workers' time spent in bodies
  double idle = 0;     ///< share spent without an item to work on
  double blocked = 0;  ///< share spent without credit downstream; the three add up to 1

  std::uint64_t queued = 0;  ///< items that wait for a worker
  std::uint64_t queued_bytes = 0;
  std::uint64_t in_work = 0;
  std::uint64_t held = 0;  ///< items in open chunks
  std::uint64_t held_bytes = 0;
  std::uint64_t in_flight = 0;  ///< jobs that a source may have under way at a time, 0: no limit
  std::uint64_t capacity = 0;
  std::uint64_t capacity_bytes = 0;
  std::uint64_t peak_custody = 0;  ///< the most items that the stage had at any time
  std::uint64_t peak_custody_bytes = 0;

  percentiles queue_wait;  ///< ns from arrival to the start of the body
  percentiles service;     ///< ns in the body, per item

  std::uint64_t acked = 0;   ///< jobs of a source that were done
  std::uint64_t nacked = 0;  ///< and that were refused
  std::uint64_t untold = 0;  ///< verdicts that its origin has not heard, in neither of these two

  std::uint64_t restarts = 0;      ///< workers replaced after a crash or a timeout
  std::uint64_t lost_threads = 0;  ///< threads whose body did not return in time, and has not since
  /// How long a cooperative body has been in one call, if that is longer than the run's `slow_body`; else 0.
  std::chrono::nanoseconds in_one_call{0};
  std::string state;      ///< running, ended or failed
  std::string waits_for;  ///< in words; empty while it waits for nothing
};

/// A member of the tree of supervision as it stood at one moment: the run, a stage, a worker. A plain value.
struct supervised {
  std::string name;  ///< of the graph, of the stage; a worker's is "STAGE/PLACE", places from 0
  std::string kind;  ///< run, group, source, stage or worker
  /// How its members are restarted: one_for_one (who crashes, alone); one_for_all and rest_for_one (see
  /// graph); escalate (a crash fails what is above).
  std::string strategy;
  /// running, draining, ended, failed ...; a worker's is idle, busy, suspended, slow, leaving or restarting
  std::string state;
  std::uint64_t restarts = 0;  ///< of itself if it is a worker, else of its members
  std::string last_error;      ///< why the last one was restarted; empty if none was
  std::vector<supervised> members;
};

/// A whole run as it stood at one moment. A plain value.
struct run_snapshot {
  std::string graph;
  std::string state;  ///< running, draining, done, failed, aborted or stopped
  std::chrono::nanoseconds elapsed{0};
  std::vector<stage_snapshot> stages;  ///< in the order of the graph
  supervised supervision;              ///< the run, its stages, their workers
  std::string failure;                 ///< what failed the run; empty otherwise
  std::string reason;                  ///< why it was aborted; empty otherwise
  bool deadline_passed = false;        ///< a drain's deadline, which is why
};

}  // namespace penstock
