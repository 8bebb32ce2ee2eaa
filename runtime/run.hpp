#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <penstock/runtime/snapshot.hpp>

namespace penstock {

/// A graph that runs. It moves, and belongs to one owner; its calls may come from any thread. Going out of
/// scope aborts what still runs and waits for it.
class run {
 public:
  class impl;

  explicit run(std::shared_ptr<impl> state);
  run(run&&) noexcept = default;
  run& operator=(run&& other) noexcept;
  ~run();

  /// Waits for the end. Throws the very exception that failed the run; aborted_error if it was aborted,
  /// deadlock_error or inactivity_error if that ended it.
  void wait();

  /// Sources stop; what is under way goes on to its end. Returns at once. With a deadline, what is not done
  /// by then is aborted.
  void drain();
  void drain(std::chrono::nanoseconds deadline);

  /// Throws everything away. Returns at once; `wait` then takes a second at most, whatever the bodies do.
  void abort(const std::string& reason = "aborted by the program");

  /// Figures of all stages. A stage whose body holds it up for longer than 200 ms shows what is known of it.
  run_snapshot snapshot() const;

  /// Changes a stage while it runs. Throws option_error for a stage that the graph doesn't have or a value
  /// out of range.
  void set_workers(const std::string& stage, std::int64_t count);
  void set_capacity(const std::string& stage, std::int64_t items);

  /// Calls `f` once the run has ended: on a thread of the runtime, which it must not hold up or, if the run
  /// has ended, at once. It has returned before the run's destructor has. What it throws is logged.
  /// It should not end this handle: what the run used would be kept until the process ends.
  void when_ended(std::function<void()> f);

 private:
  friend class runtime;
  std::shared_ptr<impl> impl_;
};

}  // namespace penstock
