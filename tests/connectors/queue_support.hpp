#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include <penstock/connectors/sqlite_job_store.hpp>
#include <penstock_test/scratch_folder.hpp>

namespace penstock_test {

namespace ps = penstock;
using namespace std::chrono_literals;

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
