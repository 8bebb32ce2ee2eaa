#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include <penstock/connectors/redis_connection.hpp>

namespace penstock {

/// Hears of changes of a queue, on a connection and a thread of its own that waits and does nothing else. Any
/// thread may arm and ring.
class redis_watch {
 public:
  /// Listens when this returns. `wake` is called once for each time it was armed: by the thread of the watch,
  /// after a change or when it listens again after its connection was lost, or by whoever rings. Throws
  /// job_queue_error.
  redis_watch(redis_url url, const std::string& queue, std::string channel, std::function<void()> wake);
  /// Waits for the thread, which takes a timeout of the URL where it is connecting just now.
  ~redis_watch();
  redis_watch(const redis_watch&) = delete;
  redis_watch& operator=(const redis_watch&) = delete;

  /// Call it before looking at what may change.
  void arm() { armed_ = true; }
  void disarm() { armed_ = false; }
  void ring() {
    if (armed_.exchange(false)) wake_();
  }

 private:
  void subscribe();
  void run();
  bool listen();
  bool wait_for_end(std::chrono::nanoseconds time) const;

  redis_connection connection_;
  const std::string channel_;
  const std::function<void()> wake_;
  std::atomic<bool> armed_{false};
  int end_ = -1;  ///< an eventfd
  std::thread thread_;
};

}  // namespace penstock
