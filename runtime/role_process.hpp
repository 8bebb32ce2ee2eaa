#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

namespace penstock {

/// How a process ended, in words: "SIGSEGV", "exit code 3".
struct role_end {
  int signal = 0;     ///< 0: it exited
  int exit_code = 0;  ///< if it exited
  std::string words;
};

/// A child process. Its end can be waited for together with other descriptors. A handle that moves; one
/// thread at a time. Going out of scope ends the process.
class role_process {
 public:
  role_process() = default;
  /// Takes over a child of this process. Throws error.
  explicit role_process(pid_t pid);
  role_process(role_process&& other) noexcept
      : pid_{std::exchange(other.pid_, -1)}, descriptor_{std::exchange(other.descriptor_, -1)} {}
  role_process& operator=(role_process&& other) noexcept;
  ~role_process() { end(); }

  explicit operator bool() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  /// Readable once the process has ended.
  int descriptor() const { return descriptor_; }
  /// Waits for the end, `ms` at most; true if it has come.
  bool ends_within(int ms) const;
  /// True while a signal such as SIGSTOP holds it.
  bool stopped() const;
  /// SIGKILL, which ends a stopped process too, and all of its own process group.
  void kill();
  /// Waits for the end, and takes the process from the kernel's table.
  role_end reap();

 private:
  void end() noexcept;

  pid_t pid_ = -1;
  int descriptor_ = -1;
};

}  // namespace penstock
