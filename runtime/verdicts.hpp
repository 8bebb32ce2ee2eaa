#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <penstock/runtime/source_traits.hpp>

namespace penstock::detail {

/// Keeps what acknowledging sources want to hear of again until the verdict. The source's thread only, save
/// for `extend_open`.
template <class F, class Receipt>
class verdicts {
 public:
  template <class Given>
  void keep(std::uint64_t job, Given&& receipt) {
    const std::lock_guard lock{mutex_};
    open_.emplace(job, std::forward<Given>(receipt));
  }

  /// A job that could not be taken on; `receipt` is its own, unless that is kept already.
  void refuse(F& f, std::uint64_t job, const Receipt& receipt, const std::string& reason) {
    const auto kept = take(job);
    if constexpr (requires { f.nack(receipt, reason); })
      f.nack(kept.empty() ? receipt : kept.mapped(), reason);
  }

  void settle(F& f, std::uint64_t job, bool flagged, const std::string& reason) {
    const auto kept = take(job);
    if (kept.empty()) return;
    const Receipt& receipt = kept.mapped();
    if (!flagged) {
      f.ack(receipt);
    } else if constexpr (requires { f.nack(receipt, reason); }) {
      f.nack(receipt, reason);
    }
  }

  /// The lease keeper's thread. What is settled meanwhile may be extended all the same.
  void extend_open(F& f) requires extending_source<F> {
    std::vector<Receipt> open;
    {
      const std::lock_guard lock{mutex_};
      open.reserve(open_.size());
      for (const auto& each : open_) open.push_back(each.second);
    }
    if constexpr (extends_together<F>) {
      f.extend(std::span<const Receipt>{open});
    } else {
      extend_each(f, open);
    }
  }

  void settle_all(F& f, const std::string& reason) {
    std::exception_ptr failed;
    while (!open_.empty()) {
      try {
        settle(f, open_.begin()->first, true, reason);
      } catch (...) {
        failed = std::current_exception();
      }
    }
    if (failed) std::rethrow_exception(failed);
  }

 private:
  void extend_each(F& f, const std::vector<Receipt>& open) {
    std::exception_ptr failed;
    for (const Receipt& each : open) {
      try {
        f.extend(each);
      } catch (...) {
        failed = std::current_exception();
      }
    }
    if (failed) std::rethrow_exception(failed);
  }

  /// Only extensions come from another thread.
  struct no_mutex {
    void lock() {}
    void unlock() {}
  };

  auto take(std::uint64_t job) {
    const std::lock_guard lock{mutex_};
    return open_.extract(job);
  }

  std::conditional_t<extending_source<F>, std::mutex, no_mutex> mutex_;
  std::map<std::uint64_t, Receipt> open_;
};

}  // namespace penstock::detail
