#pragma once

#include <cstddef>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include <penstock/messages/failure.hpp>
#include <penstock/messages/token.hpp>

namespace penstock {

/// One job between scatter and gather. Its pieces hold its token; here is what outlives them. Any thread.
class scope : public ref_counted {
 public:
  /// `most`: pieces that a job may have.
  explicit scope(ref<token> parent, std::size_t most = std::numeric_limits<std::size_t>::max())
      : parent_{std::move(parent)}, most_{most} {}

  /// The token of the job that was scattered, null if it has none.
  const ref<token>& parent() const { return parent_; }

  /// A piece that will not arrive, but leaves its failure. Of more than a job may have only one too many is
  /// kept.
  void add_failure(failure f) {
    const std::lock_guard lock{mutex_};
    if (failures_.size() <= most_) failures_.push_back(std::move(f));
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
  std::size_t most_;
  mutable std::mutex mutex_;
  bool lost_ = false;
  std::vector<failure> failures_;
};

}  // namespace penstock
