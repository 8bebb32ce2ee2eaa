#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include <penstock/runtime/event_descriptor.hpp>

namespace penstock {

/// Says at once when a process ends that nobody waits for at the moment. One thread for all of them. Any
/// thread may call.
class process_watch {
 public:
  /// That of this process; its thread stays until the process ends.
  static process_watch& instance();

  /// Throws error.
  process_watch();
  /// Nobody is told any more.
  ~process_watch();
  process_watch(const process_watch&) = delete;
  process_watch& operator=(const process_watch&) = delete;

  /// Calls `ended`, once, when the process behind a pidfd has ended, also if it has before. `ended` runs on
  /// the watch's thread: it must not block, and not come back here. Returns a number for `remove`. Throws
  /// error.
  std::uint64_t add(int process, std::function<void()> ended);
  /// `ended` is not called any more once this has returned; only then may the descriptor be closed.
  void remove(std::uint64_t number);

 private:
  struct watched {
    int process;
    std::function<void()> ended;
  };

  void serve();

  int events_;  ///< epoll
  event_descriptor over_;
  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, watched> watched_;
  std::thread thread_;
};

}  // namespace penstock
