#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <penstock/connectors/job_source.hpp>
#include <penstock/connectors/queue_options.hpp>
#include <penstock/connectors/stored_item.hpp>

namespace penstock {

/// Jobs in a store that several processes share: a source of them, and the way to put some in. What every
/// queue has; the queue itself says how its store is opened.
template <class T, class Store>
class shared_queue : public job_source<T> {
 public:
  /// Adds a job, which the store has when this returns; it is delivered after `delay`. Its number. Any
  /// thread, with or without a run. Throws job_queue_error.
  std::int64_t put(const T& item, std::chrono::nanoseconds delay = {}) {
    return own_->get().put(detail::stored(item), delay);
  }

  /// Adds all of them at once: whatever happens, all are there or none. Their numbers, in the order of the
  /// items. As put.
  std::vector<std::int64_t> put_all(const std::vector<T>& items, std::chrono::nanoseconds delay = {}) {
    std::vector<stored_item> all;
    all.reserve(items.size());
    for (const T& each : items) all.push_back(detail::stored(each));
    return own_->get().put_all(all, delay);
  }

  /// To look at the jobs. Throws job_queue_error.
  Store& store() { return own_->get(); }

 protected:
  using opener = std::function<std::unique_ptr<Store>()>;

  /// Opens nothing yet. `name`: for messages.
  shared_queue(std::string name, const queue_settings& settings, const opener& open)
      : job_source<T>{std::move(name), settings, open}, own_{std::make_shared<own_store>(open)} {}

 private:
  class own_store {
   public:
    explicit own_store(opener open) : open_{std::move(open)} {}
    Store& get() {
      const std::lock_guard lock{mutex_};
      if (store_ == nullptr) store_ = open_();
      return *store_;
    }

   private:
    opener open_;
    std::mutex mutex_;
    std::unique_ptr<Store> store_;
  };

  std::shared_ptr<own_store> own_;  ///< of all copies
};

}  // namespace penstock
