#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include <unistd.h>

#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock_test {

namespace ps = penstock;
using namespace std::chrono_literals;

/// A folder that is removed with it.
class scratch_folder {
 public:
  scratch_folder()
      : path_{std::filesystem::temp_directory_path() /
              ("penstock-" + std::to_string(getpid()) + "-" + std::to_string(std::random_device{}()))} {
    std::filesystem::create_directories(path_);
  }
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A clock that goes on when it is told to.
class hand_clock final : public ps::machine_time {
 public:
  std::int64_t now_ns() const override { return now; }
  std::string boot() const override { return start; }
  void advance(std::chrono::nanoseconds by) { now += by.count(); }

  std::int64_t now = 1'000'000'000'000;
  std::string start = "first";
};

/// Something that another thread says once or more.
class bell {
 public:
  void ring() {
    const std::lock_guard lock{mutex_};
    ++rung_;
    changed_.notify_all();
  }
  /// Waits for the next ring that nobody has waited for. False when none came for a minute.
  bool await() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, 60s, [&] { return rung_ > heard_; })) return false;
    heard_ = rung_;
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned rung_ = 0;
  unsigned heard_ = 0;
};

inline ps::stored_item text_item(const std::string& text) { return {{}, "\"" + text + "\"", "std::string"}; }

}  // namespace penstock_test
