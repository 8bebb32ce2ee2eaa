#include <penstock/inspector/open_ledger.hpp>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/redis_job_store.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock {

std::unique_ptr<job_ledger> open_ledger(const std::string& queue, bool create) {
  if (!redis_url::is_one(queue)) return std::make_unique<sqlite_job_store>(queue, create);
  const auto url = redis_url::parse(queue);
  if (url.queue.empty()) throw job_queue_error{url.shown(), "expected the queue's name behind it: URL#NAME"};
  return std::make_unique<redis_job_store>(url, url.queue);
}

}  // namespace penstock
