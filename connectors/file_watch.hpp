#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

namespace penstock {

/// A thread that waits until somebody writes to a file or takes it away, and then calls a function if it was
/// asked to.
class file_watch {
 public:
  /// Both files must be there; of `staying` only that it goes counts. Throws std::system_error.
  file_watch(const std::filesystem::path& changing, const std::filesystem::path& staying,
             std::function<void()> wake);
  /// Joins; `wake` is not called any more.
  ~file_watch();
  file_watch(const file_watch&) = delete;
  file_watch& operator=(const file_watch&) = delete;

  /// The next write from here on calls `wake`, once. Any thread.
  void arm() { armed_.store(true); }
  void disarm() { armed_.store(false); }

 private:
  void close_all();
  void wait();

  std::function<void()> wake_;
  std::atomic<bool> armed_{false};
  int notices_ = -1;
  int end_ = -1;
  std::thread thread_;
};

}  // namespace penstock
