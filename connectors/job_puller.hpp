#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <penstock/connectors/job_store.hpp>
#include <penstock/connectors/queue_options.hpp>
#include <penstock/connectors/retry_delay.hpp>

namespace spdlog {
class logger;
}

namespace penstock {

/// The source's side of a queue, without the item's type: asks the store for jobs, tells it the verdicts, and
/// holds back while the store is away or full. A verdict that could not be told is kept and told later,
/// before anything else is asked; if the process ends first, its job comes again. The room that a verdict
/// needs is there before its job is taken, so none is lost where memory has run out.
///
/// One thread, except `extend`. A problem that passes is logged once, as is its end; one that lasts is thrown
/// as job_queue_error.
class job_puller {
 public:
  struct pulled {
    std::optional<taken_job> job;
    /// Without a job: ask again after that time, or when woken; nothing: when woken.
    std::optional<std::chrono::nanoseconds> again_in;
    bool ended = false;  ///< until_empty, and it is
  };
  using opener = std::function<std::unique_ptr<job_store>()>;
  struct surroundings {
    std::shared_ptr<spdlog::logger> log;
    std::function<void()> wake;                     ///< the store's, where there may be jobs; any thread
    std::function<double()> random;                 ///< in [0, 1): spreads the tries of many programs
    std::function<std::chrono::nanoseconds()> now;  ///< of a clock that goes on evenly
  };
  /// With the clock and the random numbers of the machine.
  static surroundings real(std::shared_ptr<spdlog::logger> log, std::function<void()> wake);

  /// `open` is called for the first job, and again while it throws a passing error.
  job_puller(std::string queue, queue_settings settings, opener open, surroundings around);
  ~job_puller();

  pulled next();

  void ack(const job_receipt& delivery);
  void nack(const job_receipt& delivery, const std::string& reason);
  /// The item can't be read: no process can ever work on it.
  void bury(const job_receipt& delivery, const std::string& reason);
  /// Any thread, at the same time as all others.
  /// Extends the leases of all deliveries that the store has not heard the verdict on, in one call.
  void extend();

  /// Tells what is left of verdicts, and gives back what may have been taken without an answer, unless the
  /// last try was just now. When to call again; nothing: nothing is owed.
  std::optional<std::chrono::nanoseconds> flush();
  /// The last try, in any case. A verdict that can't be told is lost, and not those behind it.
  void finish();

  /// Verdicts that wait for the store.
  std::size_t untold() const { return untold_.size(); }

 private:
  enum class fate { open, acked, nacked, buried };
  struct verdict {
    fate is = fate::open;
    std::string reason;
    bool tried = false;  ///< once before, and nobody knows whether it arrived
  };
  using deliveries = std::map<job_receipt, verdict>;

  void make_room();
  void keep(const job_receipt& delivery);
  void settle(const job_receipt& delivery, fate is, const std::string& reason);
  bool owes() const { return !untold_.empty() || (store_ != nullptr && store_->is_unsure()); }
  void tell_all();
  void tell_first();
  void tell_first_or_lose_it();
  void lose_first(const char* problem);
  bool tell(const job_receipt& delivery, const verdict& what);
  void forget_first();
  bool is_out(const job_receipt& delivery) const;
  void open();
  bool holds_back() const { return delay_.failures() > 0 && around_.now() < again_at_; }
  void hold_back(const std::string& problem);
  void went_well();

  const std::string queue_;
  const queue_settings settings_;
  const opener open_;
  const surroundings around_;

  mutable std::mutex mutex_;  ///< of these two: `extend` may come at any time
  std::shared_ptr<job_store> store_;
  deliveries out_;                            ///< those whose verdict was not told
  std::vector<deliveries::iterator> untold_;  ///< those that have one; there is room for all that are out
  deliveries::node_type room_;                ///< for the next one
  retry_delay delay_;
  std::chrono::nanoseconds again_at_{};
};

}  // namespace penstock
