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
#include <penstock/connectors/redis_exchange.hpp>
#include <penstock/connectors/redis_session.hpp>
#include <penstock/connectors/redis_url.hpp>
#include <penstock/connectors/redis_watch.hpp>

namespace penstock {

/// The jobs of a queue on a Redis server, for processes of any number of machines. What a call does, the
/// server does all or not at all. A server that may forget jobs (by its memory limit, or killed without an
/// append-only file) is refused, unless the URL says that this may be; a queue that is gone with jobs in it
/// ends all exchanges of this store with an error that lasts. The connection is opened when it is needed, and
/// anew after it was lost. Any thread; throws job_queue_error, of the passing kind while the server is away.
class redis_job_store final : public job_store, public job_ledger {
 public:
  /// Microseconds, for tests.
  using clock = std::function<std::int64_t()>;

  /// Connects, and makes the queue where it is missing. `owner` must be no other store's; it is what `list`
  /// shows. `server_time`, since 1970: in place of the server's own clock, which leases and delays go by;
  /// `own_time`: in place of the machine's, which goes on evenly, and by which it is seen that the server's
  /// jumps. With the first alone both are that.
  redis_job_store(const redis_url& url, const std::string& queue, std::string owner = new_owner_name(),
                  clock server_time = {}, clock own_time = {});
  ~redis_job_store() override;

  using job_ledger::put;
  std::int64_t put(const stored_item& item, std::chrono::nanoseconds delay) override;
  /// Up to 300,000.
  void put_all(const std::vector<stored_item>& items) override;

  /// Of more than 20,000 verdicts, parts of so many are told one after the other. At most 1,000 jobs are
  /// taken, and about 8 MiB of them.
  exchange_result exchange(std::span<const job_verdict> verdicts, const take_order* wanted) override;
  take_result take(const delivery_rules& rules) override;
  bool is_unsure() const override { return unsure_ > 0; }
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
  void make_sure();
  std::int64_t put_some(const std::vector<const stored_item*>& items, std::chrono::nanoseconds delay);
  exchange_result exchange_part(std::span<const job_verdict> verdicts, std::chrono::nanoseconds delay,
                                const take_order* wanted);
  bool settle(const job_receipt& delivery, job_fate is, const std::string& reason,
              std::chrono::nanoseconds delay);

  const redis_url url_;
  mutable std::mutex mutex_;
  redis_takes takes_;
  mutable redis_session session_;
  redis_schemas schemas_;
  std::string reader_;                     ///< of the last take
  std::atomic<std::uint32_t> unsure_ = 0;  ///< so many of the next takes may have been done already
  std::unique_ptr<redis_watch> watch_;
};

}  // namespace penstock
