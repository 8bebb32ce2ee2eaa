#pragma once

#include <memory>
#include <string>

#include <penstock/connectors/queue_options.hpp>
#include <penstock/connectors/redis_job_store.hpp>
#include <penstock/connectors/shared_queue.hpp>

namespace penstock {

/// Jobs on a Redis server (6.2 or newer), which any number of processes of any machines may put into and take
/// from at the same time. As a source it gives each job to one of them, hears what became of it, and brings
/// it back when its process dies:
///
///   g.source("pull", ps::redis_queue<job>{"redis://localhost", "jobs", ps::lease(60s),
///   ps::max_deliveries(5)})
///
/// T is an item that `encode` takes. A job is at the server when `put` returns; where the connection was lost
/// meanwhile, nobody knows whether it is there. `put_all` takes up to 300,000. `redis_url` says what a URL
/// may have; the queue is made where it is missing. The options are `lease`, `max_deliveries` and
/// `until_empty`; docs/jobs.md says what they mean.
template <class T>
class redis_queue final : public shared_queue<T, redis_job_store> {
 public:
  /// Connects to nothing yet. Throws job_queue_error for a URL that is none.
  template <class... Options>
  redis_queue(const std::string& url, const std::string& queue, const Options&... options)
      : redis_queue{redis_url::parse(url), queue, detail::queue_settings_of(options...)} {}

 private:
  redis_queue(const redis_url& url, const std::string& queue, const queue_settings& settings)
      : shared_queue<T, redis_job_store>{url.shown() + "#" + queue, settings, [url, queue] {
                                           return std::make_unique<redis_job_store>(url, queue);
                                         }} {}
};

}  // namespace penstock
