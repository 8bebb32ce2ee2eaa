#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <penstock/connectors/delivery_book.hpp>
#include <penstock/connectors/group_size.hpp>
#include <penstock/connectors/job_store.hpp>
#include <penstock/connectors/queue_options.hpp>
#include <penstock/connectors/retry_delay.hpp>

namespace spdlog {
class logger;
}

namespace penstock {

/// The source's side of a queue, without the item's type: takes jobs from the store in groups, tells it the
/// verdicts with the next take, and holds back while the store is away or full. A verdict that could not be
/// told is kept and told later, before anything else is asked; if the process ends first, its job comes
/// again. The room that a verdict needs is there before its job is taken, so none is lost where memory has
/// run out.
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
    /// Without a job: there may be none before jobs that are out, here or elsewhere, have their verdicts.
    bool needs_verdicts = false;
    /// Where it ended: jobs that are left, as this program can't read them.
    std::uint64_t unreadable = 0;
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

  /// `open` is called for the first job, and again while it throws a passing error. `reader`: hash of the
  /// schema of the program's items; empty: nobody knows it.
  job_puller(std::string queue, queue_settings settings, opener open, surroundings around,
             std::string reader = {});
  ~job_puller();

  /// A job. Where none is kept it takes as many as the source may give on by now, `room`, and keeps the
  /// others.
  pulled next(std::uint32_t room = 1);
  /// Jobs that were taken and not given out yet.
  std::size_t kept() const { return kept_.size() - given_; }

  // Verdicts are noted; `next` and `flush` tell them.

  void ack(const job_receipt& delivery) { book_.settle(delivery, job_fate::acked, {}, true); }
  void nack(const job_receipt& delivery, const std::string& reason) {
    book_.settle(delivery, job_fate::nacked, reason, true);
  }
  /// The item can't be read: it goes back for programs that can, or is dead where nobody knows what this one
  /// reads.
  void unreadable(const taken_job& job, const std::string& reason);
  /// What was noticed of an item that could be read all the same is said once for each kind of it.
  void noticed(const taken_job& job, const read_notes& notes);
  /// A job that was given out here and goes no further.
  void give_back(const job_receipt& delivery, const std::string& reason) {
    book_.settle(delivery, job_fate::nacked, reason, false);
  }
  /// Those that are kept: the source takes no more.
  void give_back_kept(const std::string& reason);

  /// Extends the leases of all deliveries that the store has not heard the verdict on, in one call. Any
  /// thread, at the same time as all others.
  void extend();

  /// Tells the verdicts, and gives back what may have been taken without an answer, unless the last try was
  /// just now. When to call again; nothing: nothing is owed. `asks_again`: `next` is called at once, which
  /// tells them, so that this does nothing.
  std::optional<std::chrono::nanoseconds> flush(bool asks_again = false);
  /// The last try, in any case. A verdict that can't be told is lost, and not those behind it.
  void finish();

  /// Verdicts of `ack` and `nack` that wait for the store, or are lost.
  untold_verdicts untold() const;

 private:
  struct lost_jobs {
    std::vector<std::string> names;
    std::string why;
  };

  bool owes() const { return book_.owed() > 0 || (store_ != nullptr && store_->is_unsure()); }
  exchange_result exchange(const take_order* wanted);
  exchange_result tell(std::size_t most, const take_order* wanted);
  void keep(exchange_result& result);
  void warn_of_late(const std::vector<job_verdict>& told, const std::vector<job_receipt>& late) const;
  void tell_or_lose();
  void tell_each_or_lose_it(std::size_t count);
  void lose_earliest(lost_jobs& lost, const char* why);
  void say(const lost_jobs& lost) const;
  void open();
  bool holds_back() const { return delay_.failures() > 0 && around_.now() < again_at_; }
  void hold_back(const std::string& problem);
  void went_well();

  const std::string queue_;
  const queue_settings settings_;
  const opener open_;
  const surroundings around_;
  const std::string reader_;

  mutable std::mutex mutex_;  ///< of `store_`: `extend` may come at any time
  std::shared_ptr<job_store> store_;
  delivery_book book_;
  std::vector<taken_job> kept_;  ///< of which the first `given_` are gone
  std::size_t given_ = 0;
  group_size size_;
  untold_verdicts lost_;
  std::set<std::string> unreadable_;  ///< schemas of jobs of which that was said
  std::set<std::string> noticed_;     ///< what was said of others
  retry_delay delay_;
  std::chrono::nanoseconds again_at_{};
};

}  // namespace penstock
