#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <penstock/connectors/job_source.hpp>
#include <penstock/connectors/queue_options.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock {

/// Jobs in a SQLite file, which any number of processes of this machine may put into and take from at the
/// same time. As a source it gives each job to one of them, hears what became of it, and brings it back when
/// its process dies:
///
///   g.source("pull", ps::sqlite_queue<job>{"jobs.sqlite", ps::lease(60s), ps::max_deliveries(5)})
///
/// T is an item that `encode` takes. The file is made where it is missing, on a local disk: SQLite's log
/// needs shared memory. The options are `lease`, `max_deliveries` and `until_empty`; docs/jobs.md says what
/// they mean.
template <class T>
class sqlite_queue final : public job_source<T> {
 public:
  /// Opens nothing yet.
  template <class... Options>
  explicit sqlite_queue(const std::filesystem::path& file, const Options&... options)
      : job_source<T>{file.string(), detail::queue_settings_of(options...),
                      [file] { return std::make_unique<sqlite_job_store>(file); }},
        own_{std::make_shared<own_store>(file)} {}

  /// Adds a job, which is safe on the disk when this returns; it is delivered after `delay`. Its number. Any
  /// thread, with or without a run. Throws job_queue_error.
  std::int64_t put(const T& item, std::chrono::nanoseconds delay = {}) {
    return own_->get().put(detail::stored(item), delay);
  }

  /// Adds all of them at once: whatever happens, all are there or none. As put.
  void put_all(const std::vector<T>& items) {
    std::vector<stored_item> all;
    all.reserve(items.size());
    for (const T& each : items) all.push_back(detail::stored(each));
    own_->get().put_all(all);
  }

  /// To look at the jobs. Throws job_queue_error.
  sqlite_job_store& store() { return own_->get(); }

 private:
  class own_store {
   public:
    explicit own_store(std::filesystem::path file) : file_{std::move(file)} {}
    sqlite_job_store& get() {
      const std::lock_guard lock{mutex_};
      if (store_ == nullptr) store_ = std::make_unique<sqlite_job_store>(file_);
      return *store_;
    }

   private:
    std::filesystem::path file_;
    std::mutex mutex_;
    std::unique_ptr<sqlite_job_store> store_;
  };

  std::shared_ptr<own_store> own_;  ///< of all copies
};

}  // namespace penstock
