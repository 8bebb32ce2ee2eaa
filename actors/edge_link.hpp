#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <penstock/messages/ref.hpp>

namespace penstock {

/// How many consumers of an output are still interested. Any thread.
class fan_out : public ref_counted {
 public:
  void joined() { live_.fetch_add(1); }
  /// True for the last one.
  bool left() {
    const bool last = live_.fetch_sub(1) == 1;
    if (last) abandoned_.store(true, std::memory_order_relaxed);
    return last;
  }
  bool abandoned() const { return abandoned_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> abandoned_{false};
  std::atomic<std::int32_t> live_{0};
};

/// What producer and consumer of an edge share inside one process: how far the consumer is behind. It saves a
/// message per batch. Any thread.
class edge_link : public ref_counted {
 public:
  explicit edge_link(ref<fan_out> siblings) : siblings_{std::move(siblings)} { siblings_->joined(); }

  /// Consumer: gives the edge up. True if no other consumer of the same output lives: what is thrown away is
  /// lost.
  bool abandon() { return siblings_->left(); }

  /// Producer: a batch is on its way.
  void sent() { unclaimed_.fetch_add(1, std::memory_order_relaxed); }

  /// Producer: does the consumer still hold two batches that it has not begun? If so it will be told (see
  /// `claimed`) when it has caught up.
  bool behind() {
    if (unclaimed_.load(std::memory_order_relaxed) < 2) return false;
    producer_waits_.store(true);
    return unclaimed_.load() >= 2;
  }

  bool holds_batches() const { return unclaimed_.load(std::memory_order_relaxed) > 0; }

  /// Consumer: the last item of a batch was claimed. True: tell the producer that it may send.
  bool claimed() {
    const auto left = unclaimed_.fetch_sub(1) - 1;
    return left < 2 && producer_waits_.load() && producer_waits_.exchange(false);
  }

 private:
  ref<fan_out> siblings_;
  std::atomic<std::int32_t> unclaimed_{0};
  std::atomic<bool> producer_waits_{false};
};

}  // namespace penstock
