#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <penstock/messages/ref.hpp>

namespace penstock {

/// How many consumers of an output are still interested. Any thread.
class fan_out : public ref_counted {
 public:
  fan_out() = default;
  /// Of a stage that does nothing but pass on what comes to it, through operators: its consumers are
  /// consumers of `origin`, the output that it takes its items from.
  explicit fan_out(ref<fan_out> origin) : origin_{std::move(origin)} {}

  void joined() { live_.fetch_add(1); }
  /// A consumer leaves. True if what it throws away is lost: nobody else takes it.
  bool left() {
    if (live_.fetch_sub(1) != 1) return false;
    lost_.store(!origin_ || origin_->left());
    abandoned_.store(true, std::memory_order_relaxed);
    return lost_.load();
  }
  bool abandoned() const { return abandoned_.load(std::memory_order_relaxed); }
  /// When all consumers have left: what is left over is lost, as nobody takes it at the origin either.
  bool lost() const { return lost_.load(); }

 private:
  std::atomic<bool> abandoned_{false};
  std::atomic<bool> lost_{true};
  std::atomic<std::int32_t> live_{0};
  ref<fan_out> origin_;
};

/// What producer and consumer of an edge share inside one process: how far the consumer is behind. It saves a
/// message per batch. Any thread.
class edge_link : public ref_counted {
 public:
  /// `passes_on`: the consumer's own output, if it does nothing but pass items on to it. Its consumers leave
  /// for it.
  explicit edge_link(ref<fan_out> siblings, ref<fan_out> passes_on = nullptr)
      : siblings_{std::move(siblings)}, passes_on_{std::move(passes_on)} {
    siblings_->joined();
  }

  /// Consumer: gives the edge up. True if what it throws away is lost.
  bool abandon() { return passes_on_ ? passes_on_->lost() : siblings_->left(); }
  /// When all consumers of the output have: is what is left over lost?
  bool lost() const { return siblings_->lost(); }

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
  ref<fan_out> passes_on_;
  std::atomic<std::int32_t> unclaimed_{0};
  std::atomic<bool> producer_waits_{false};
};

}  // namespace penstock
