#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/connectors/job_ledger.hpp>
#include <penstock/connectors/job_store.hpp>
#include <penstock/connectors/owner_name.hpp>
#include <penstock/connectors/redis_session.hpp>
#include <penstock/connectors/redis_url.hpp>
#include <penstock/connectors/redis_watch.hpp>

namespace penstock {

/// The jobs of a queue on a Redis server, for processes of any number of machines. What a call does, the
/// server does all or not at all; whether it survives the end of the server is a matter of the server's
/// settings (`appendonly`). The connection is opened when it is needed, and anew after it was lost. Any
/// thread; throws job_queue_error, of the passing kind while the server is away.
class redis_job_store final : public job_store, public job_ledger {
 public:
  /// Microseconds since 1970, for tests; nothing given: the server's own clock, which all leases and delays
  /// go by.
  using clock = std::function<std::int64_t()>;

  /// Connects, and makes the queue where it is missing. `owner` must be no other store's; it is what `list`
  /// shows.
  redis_job_store(const redis_url& url, const std::string& queue, std::string owner = new_owner_name(),
                  clock time = {});
  ~redis_job_store() override;

  using job_ledger::put;
  using job_ledger::put_all;
  std::int64_t put(const stored_item& item, std::chrono::nanoseconds delay) override;
  /// Up to 300,000.
  std::vector<std::int64_t> put_all(const std::vector<stored_item>& items,
                                    std::chrono::nanoseconds delay) override;

  take_result take(const delivery_rules& rules) override;
  bool is_unsure() const override { return unsure_; }
  void give_back_unsure() override;
  bool ack(const job_receipt& delivery) override;
  bool nack(const job_receipt& delivery, const std::string& reason) override;
  bool nack(const job_receipt& delivery, const std::string& reason, std::chrono::nanoseconds delay);
  bool bury(const job_receipt& delivery, const std::string& reason) override;
  std::vector<job_receipt> extend(std::span<const job_receipt> deliveries,
                                  std::chrono::nanoseconds lease) override;
  void on_change(std::function<void()> wake) override;

  using job_ledger::list;
  /// Page by page: what others change meanwhile may be seen or not.
  std::vector<job_view> list(std::string_view state) const override;
  bool requeue(std::int64_t job) override;
  std::int64_t requeue_all() override;
  job_counts count() const override;

 private:
  std::string time_text() const;
  void make_sure();
  redis_reply call(const redis_scripts::script& script, const std::vector<std::string_view>& arguments) const;
  std::vector<std::int64_t> put_some(const std::vector<const stored_item*>& items,
                                     std::chrono::nanoseconds delay);
  bool verdict(const redis_scripts::script& script, const job_receipt& delivery,
               const std::vector<std::string_view>& more);
  bool settle(const redis_scripts::script& script, const job_receipt& delivery,
              const std::vector<std::string_view>& more);

  const redis_url url_;
  const clock time_;
  mutable std::mutex mutex_;
  redis_takes takes_;
  mutable redis_session session_;
  std::atomic<bool> unsure_ = false;  ///< whether the next take was done already
  std::unique_ptr<redis_watch> watch_;
};

}  // namespace penstock
