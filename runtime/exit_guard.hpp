#pragma once

#include <string>

namespace penstock {

/// While it lives, a std::exit from inside a body is told on standard error, with the stage's name, and ends
/// the process at once: destructors of static objects would otherwise run under the feet of the other
/// threads.
class exit_guard {
 public:
  explicit exit_guard(const std::string& graph);
  ~exit_guard();
  exit_guard(const exit_guard&) = delete;
  exit_guard& operator=(const exit_guard&) = delete;
};

}  // namespace penstock
