#pragma once

// Private: with its .cpp the only place that knows CAF, and where versions of CAF differ.

#include <memory>
#include <string>

#include <penstock/actors/activity.hpp>
#include <penstock/actors/actor.hpp>
#include <penstock/actors/actor_box.hpp>

namespace penstock {

/// CAF's actor system: runs cooperative actors on its scheduler's threads. Any thread.
class caf_scheduler {
 public:
  /// `threads`: 0 for one per core.
  explicit caf_scheduler(unsigned threads);
  /// Waits for the actors to end, unless `leak` was called.
  ~caf_scheduler();

  ref<actor_box> spawn(std::unique_ptr<actor_logic> logic, ref<activity> counted, const std::string& name);

  /// A body that never returns holds one of the threads: ending would wait for it for ever.
  void leak() { leak_ = true; }

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
  bool leak_ = false;
};

}  // namespace penstock
