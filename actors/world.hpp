#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <penstock/actors/actor.hpp>

namespace penstock {

class caf_scheduler;
class control_thread;

/// The threads of this process that all runs share: the scheduler's and the control thread.
class world {
 public:
  /// `threads` of the scheduler; 0: one per core.
  explicit world(unsigned threads);
  ~world();

  caf_scheduler& scheduler() { return *scheduler_; }
  control_thread& control() { return *control_; }

 private:
  std::unique_ptr<control_thread> control_;
  std::unique_ptr<caf_scheduler> scheduler_;
};

/// The real environment of one run: real threads, real time.
std::unique_ptr<environment> make_environment(world& in);

}  // namespace penstock
