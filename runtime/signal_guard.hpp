#pragma once

#include <csignal>

namespace penstock {

/// While it lives, SIGTERM and SIGINT are counted instead of ending the process, and make `fd` readable. One
/// at a time.
class signal_guard {
 public:
  signal_guard();
  ~signal_guard();
  signal_guard(const signal_guard&) = delete;
  signal_guard& operator=(const signal_guard&) = delete;

  int fd() const { return fd_; }
  /// Makes `fd` readable from any thread, without a signal.
  void wake() const;
  /// Empties `fd`; returns how many signals have come in all.
  int count();
  int last() const;

 private:
  int fd_;
  struct sigaction old_term_ {};
  struct sigaction old_int_ {};
};

}  // namespace penstock
