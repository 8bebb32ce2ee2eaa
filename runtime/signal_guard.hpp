#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>

namespace penstock {

/// While one lives, SIGTERM and SIGINT are counted instead of ending the process, and make `fd` readable.
/// Several may live at a time; each is told of every signal. The first one takes the place of the program's
/// handlers, the last one puts them back. Any thread.
class signal_guard {
 public:
  /// Throws std::system_error when there are no more descriptors, or too many guards.
  signal_guard();
  ~signal_guard();
  signal_guard(const signal_guard&) = delete;
  signal_guard& operator=(const signal_guard&) = delete;

  int fd() const;
  /// Makes `fd` readable from any thread, without a signal.
  void wake() const;
  /// Empties `fd`; returns how many signals have come in all.
  int count();
  int last() const;
  /// Between the first signal and the last.
  std::chrono::nanoseconds span() const;

 private:
  std::size_t slot_;
  int counted_ = 0;
};

}  // namespace penstock
