#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <penstock/actors/source_body.hpp>
#include <penstock/connectors/job_puller.hpp>
#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/stored_item.hpp>
#include <penstock/messages/delivery.hpp>

namespace penstock {

/// A source of the jobs in a queue. What every queue has; the queue itself says how it is opened.
template <class T>
class job_source {
 public:
  /// Every call may wait for the disk, the network, or another process's transaction.
  static constexpr bool blocks = true;

  // Called by the run. Each run has a puller of its own, and so has each copy.

  void on_start(source_context& context) {
    const auto schema = schema_of<T>();
    puller_.is = std::make_unique<job_puller>(queue_, settings_, open_,
                                              job_puller::real(context.run().log, context.waker()),
                                              schema == nullptr ? std::string{} : schema->hash);
  }
  void on_stop(source_context&) {
    if (puller_.is) puller_.is->finish();
  }

  std::optional<delivery<T, job_receipt>> operator()(source_context& context) {
    for (;;) {
      if (context.stop_requested()) return std::nullopt;
      auto next = puller_.is->next(context.room());
      if (next.ended) {
        if (next.unreadable > 0) context.fail_at_end(left_unread(next.unreadable));
        return std::nullopt;
      }
      if (next.needs_verdicts) context.needs_verdicts();
      if (!next.job) return next.again_in ? context.not_yet(*next.again_in) : context.not_yet();
      try {
        read_notes notes;
        T item = detail::restored<T>(next.job->item, &notes);
        puller_.is->noticed(*next.job, notes);
        return delivery<T, job_receipt>{std::move(item), next.job->receipt};
      } catch (const codec_error& problem) {
        puller_.is->unreadable(*next.job, problem.what());
      } catch (const std::exception& problem) {
        puller_.is->give_back(next.job->receipt,
                              problem.what());  // no memory, for instance: not the job's fault
        throw;
      }
    }
  }

  void ack(const job_receipt& delivery) { puller_.is->ack(delivery); }
  void nack(const job_receipt& delivery, const std::string& reason) { puller_.is->nack(delivery, reason); }
  std::optional<std::chrono::nanoseconds> flush_verdicts(source_context& context) {
    if (!puller_.is) return std::nullopt;  // it could not start
    if (context.stop_requested()) puller_.is->give_back_kept("its source stopped before it was given on");
    return puller_.is->flush(context.room() > 0);
  }
  /// For a source around this one that is not told whether it is asked for jobs next.
  std::optional<std::chrono::nanoseconds> flush_verdicts() {
    return puller_.is ? puller_.is->flush() : std::nullopt;
  }
  untold_verdicts untold() const { return puller_.is ? puller_.is->untold() : untold_verdicts{}; }
  std::size_t at_hand() const { return puller_.is ? puller_.is->kept() : 0; }
  /// The puller knows of more: those whose verdict it could not tell yet.
  void extend(std::span<const job_receipt>) { puller_.is->extend(); }
  std::chrono::nanoseconds lease() const { return settings_.rules.lease; }

 protected:
  job_source(std::string queue, queue_settings settings, job_puller::opener open)
      : queue_{std::move(queue)}, settings_{settings}, open_{std::move(open)} {}

 private:
  std::exception_ptr left_unread(std::uint64_t jobs) const {
    return std::make_exception_ptr(job_queue_error{
        queue_, "all other jobs are done, and " + std::to_string(jobs) +
                    " are left that this program can't read: run a program that can, or look at them with "
                    "penstock queue list"});
  }

  /// Is not copied: a copy begins anew.
  struct own_puller {
    own_puller() = default;
    own_puller(const own_puller&) {}
    own_puller(own_puller&&) noexcept = default;
    own_puller& operator=(const own_puller&) { return *this; }
    own_puller& operator=(own_puller&&) noexcept = default;
    std::unique_ptr<job_puller> is;
  };

  std::string queue_;
  queue_settings settings_;
  job_puller::opener open_;
  own_puller puller_;
};

}  // namespace penstock
