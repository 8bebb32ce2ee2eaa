#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/failure.hpp>
#include <penstock/messages/token.hpp>

namespace penstock {

/// What holds for all jobs between a scatter and its gather. Any thread.
class scope_terms : public ref_counted {
 public:
  std::uint32_t max_held = std::numeric_limits<std::uint32_t>::max();  ///< pieces of one job
  /// Jobs that close when the gather has ended are lost, unless all it takes has other consumers.
  std::atomic<bool> losses_count{true};
};

/// One job between scatter and gather. Its pieces hold its token; here is what outlives them. Any thread.
class scope : public ref_counted {
 public:
  explicit scope(ref<token> parent, ref<scope_terms> terms = make_ref<scope_terms>())
      : parent_{std::move(parent)}, terms_{std::move(terms)} {}

  /// The token of the job that was scattered, null if it has none.
  const ref<token>& parent() const { return parent_; }

  /// A piece that will not arrive, but leaves its failure. Of more than a job may have only one too many is
  /// kept.
  void add_failure(failure f) {
    const std::lock_guard lock{mutex_};
    if (failures_.size() <= terms_->max_held) failures_.push_back(std::move(f));
  }
  /// The gather that the job was for has ended.
  void gave_up(const loss& reason) {
    if (parent_ && terms_->losses_count.load()) parent_->flag(reason);
  }
  /// A piece was thrown away: what is left must not pass for the whole job.
  void mark_lost() {
    const std::lock_guard lock{mutex_};
    lost_ = true;
  }
  bool lost() const {
    const std::lock_guard lock{mutex_};
    return lost_;
  }
  std::vector<failure> take_failures() {
    const std::lock_guard lock{mutex_};
    return std::exchange(failures_, {});
  }

 private:
  ref<token> parent_;
  ref<scope_terms> terms_;
  mutable std::mutex mutex_;
  bool lost_ = false;
  std::vector<failure> failures_;
};

}  // namespace penstock
