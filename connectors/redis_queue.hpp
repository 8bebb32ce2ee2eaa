#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <penstock/connectors/job_source.hpp>
#include <penstock/connectors/queue_options.hpp>
#include <penstock/connectors/redis_job_store.hpp>

namespace penstock {

/// Jobs on a Redis server (6.2 or newer), which any number of processes of any machines may put into and take
/// from at the same time. As a source it gives each job to one of them, hears what became of it, and brings
/// it back when its process dies:
///
///   g.source("pull", ps::redis_queue<job>{"redis://localhost", "jobs", ps::lease(60s),
///   ps::max_deliveries(5)})
///
/// T is an item that `encode` takes. `redis_url` says what a URL may have; the queue is made where it is
/// missing. The options are `lease`, `max_deliveries` and `until_empty`; docs/jobs.md says what they mean.
template <class T>
class redis_queue final : public job_source<T> {
 public:
  /// Connects to nothing yet. Throws job_queue_error for a URL that is none.
  template <class... Options>
  redis_queue(const std::string& url, const std::string& queue, const Options&... options)
      : redis_queue{redis_url::parse(url), queue, detail::queue_settings_of(options...)} {}

  /// Adds a job, which is at the server when this returns; it is delivered after `delay`. Its number. Any
  /// thread, with or without a run. Throws job_queue_error; where the connection was lost, nobody knows
  /// whether the job is there.
  std::int64_t put(const T& item, std::chrono::nanoseconds delay = {}) {
    return own_->get().put(detail::stored(item), delay);
  }

  /// Adds all of them at once, up to 300,000: whatever happens, all are there or none. As put.
  void put_all(const std::vector<T>& items) {
    std::vector<stored_item> all;
    all.reserve(items.size());
    for (const T& each : items) all.push_back(detail::stored(each));
    own_->get().put_all(all);
  }

  /// To look at the jobs. Throws job_queue_error.
  redis_job_store& store() { return own_->get(); }

 private:
  redis_queue(const redis_url& url, const std::string& queue, const queue_settings& settings)
      : job_source<T>{url.shown() + "#" + queue, settings,
                      [url, queue] { return std::make_unique<redis_job_store>(url, queue); }},
        own_{std::make_shared<own_store>(url, queue)} {}

  class own_store {
   public:
    own_store(redis_url url, std::string queue) : url_{std::move(url)}, queue_{std::move(queue)} {}
    redis_job_store& get() {
      const std::lock_guard lock{mutex_};
      if (store_ == nullptr) store_ = std::make_unique<redis_job_store>(url_, queue_);
      return *store_;
    }

   private:
    redis_url url_;
    std::string queue_;
    std::mutex mutex_;
    std::unique_ptr<redis_job_store> store_;
  };

  std::shared_ptr<own_store> own_;  ///< of all copies
};

}  // namespace penstock
