#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/loss.hpp>
#include <penstock/messages/ref.hpp>

namespace penstock {

/// Stands for one delivery of a job, or for the pieces of one: everything that came of it holds the token,
/// and when the last holder lets go its verdict is given, exactly once, on the thread that let go.
class token : public ref_counted {
 public:
  /// Marks the job as lost in part or whole. The first reason is kept. Any thread; must be called before
  /// letting go.
  void flag(const loss& reason) noexcept {
    const std::lock_guard lock{mutex_};
    flagged_ = true;
    missed_ = missed_ || !reason.unwanted;
    if (!reason_.empty()) return;
    try {
      reason_ = reason.why;
    } catch (...) {
      // No memory for the words; that it is lost counts.
    }
  }

  bool flagged() const {
    const std::lock_guard lock{mutex_};
    return flagged_;
  }

  /// It was flagged, and only because a stage needs no more.
  bool unwanted() const {
    const std::lock_guard lock{mutex_};
    return flagged_ && !missed_;
  }

  std::string reason() const {
    const std::lock_guard lock{mutex_};
    return reason_;
  }

  /// Number of the delivery that this is of, from 1; 0 if it is of none.
  virtual std::uint64_t job() const { return 0; }

  /// When (ns on the run's clock) the source made the job, where somebody wants to know; else 0.
  virtual std::int64_t born() const { return 0; }

  /// Adds the numbers of all deliveries that this is of.
  virtual void name_jobs(std::vector<std::uint64_t>& to) const {
    if (const auto one = job(); one > 0) to.push_back(one);
  }

 protected:
  /// For the verdict: nobody asks any more.
  std::string take_reason() noexcept {
    const std::lock_guard lock{mutex_};
    return std::move(reason_);
  }

 private:
  /// The verdict. Deletes the token, or gives it to whoever does.
  void last_owner_left() noexcept override = 0;

  mutable std::mutex mutex_;
  bool flagged_ = false;
  bool missed_ = false;  ///< for another reason than that nobody wants it
  std::string reason_;
};

}  // namespace penstock
