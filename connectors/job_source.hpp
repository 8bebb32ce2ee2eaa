#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <penstock/actors/source_body.hpp>
#include <penstock/connectors/job_puller.hpp>
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
    puller_.is = std::make_unique<job_puller>(queue_, settings_, open_,
                                              job_puller::real(context.run().log, context.waker()));
  }
  void on_stop(source_context&) {
    if (puller_.is) puller_.is->finish();
  }

  std::optional<delivery<T, job_receipt>> operator()(source_context& context) {
    for (;;) {
      if (context.stop_requested()) return std::nullopt;
      auto next = puller_.is->next();
      if (next.ended) return std::nullopt;
      if (!next.job) return next.again_in ? context.not_yet(*next.again_in) : context.not_yet();
      try {
        return delivery<T, job_receipt>{detail::restored<T>(next.job->item), next.job->receipt};
      } catch (const codec_error& problem) {
        puller_.is->bury(next.job->receipt, problem.what());
      } catch (const std::exception& problem) {
        puller_.is->nack(next.job->receipt, problem.what());  // no memory, for instance: not the job's fault
        throw;
      }
    }
  }

  void ack(const job_receipt& delivery) { puller_.is->ack(delivery); }
  void nack(const job_receipt& delivery, const std::string& reason) { puller_.is->nack(delivery, reason); }
  std::optional<std::chrono::nanoseconds> flush_verdicts() {
    if (!puller_.is) return std::nullopt;  // it could not start
    return puller_.is->flush();
  }
  /// The puller knows of more: those whose verdict it could not tell yet.
  void extend(std::span<const job_receipt>) { puller_.is->extend(); }
  std::chrono::nanoseconds lease() const { return settings_.rules.lease; }

 protected:
  job_source(std::string queue, queue_settings settings, job_puller::opener open)
      : queue_{std::move(queue)}, settings_{settings}, open_{std::move(open)} {}

 private:
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
