#pragma once

#include <algorithm>
#include <chrono>

namespace penstock {

/// When a queue gives a job away, and when it gives it up. Plain data.
///
/// A lease that ended is a death: the whole process is gone, with all jobs that it had, and nobody knows
/// which of them killed it. So a job that was there at two deaths is suspect and runs alone; only when its
/// process dies once more is it known to be the cause.
struct delivery_rules {
  std::chrono::nanoseconds lease = std::chrono::seconds{60};
  unsigned max_deliveries = 5;  ///< deaths after which a job is dead, if it was alone at the last

  /// From so many deaths on a job is delivered only while nothing else of the same process is out.
  unsigned suspect_from() const { return std::clamp(max_deliveries - 1, 1U, 2U); }
  bool is_suspect(unsigned deaths) const { return deaths >= suspect_from(); }

  /// After `deaths`, the last of which the job died `alone` or not.
  bool is_dead(unsigned deaths, bool alone) const { return alone && deaths >= max_deliveries; }
};

}  // namespace penstock
