#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace penstock {

/// What both ends of a ring of bytes know of it; lies in memory that two processes share. Counts only grow.
struct ring_head {
  alignas(64) std::atomic<std::uint64_t> written{0};
  alignas(64) std::atomic<std::uint64_t> read{0};
};

/// The end of a ring that bytes go into. One thread.
class ring_writer {
 public:
  /// `memory` has a power of two of bytes.
  ring_writer(ring_head& head, std::span<std::byte> memory) : head_{&head}, memory_{memory} {}

  /// Takes as many of the bytes as there is room for, and says how many. The other end sees them after
  /// `publish`.
  std::size_t write(std::span<const std::byte> bytes) {
    if (room() < bytes.size()) seen_ = head_->read.load(std::memory_order_acquire);
    const auto count = std::min(bytes.size(), room());
    const auto at = written_ & (memory_.size() - 1);
    const auto first = std::min(count, memory_.size() - at);
    if (first > 0) std::memcpy(memory_.data() + at, bytes.data(), first);
    if (count > first) std::memcpy(memory_.data(), bytes.data() + first, count - first);
    written_ += count;
    return count;
  }
  void publish() { head_->written.store(written_, std::memory_order_release); }

  /// Bytes that the other end has not read, as far as it has said so.
  std::size_t held() const {
    return static_cast<std::size_t>(written_ - head_->read.load(std::memory_order_acquire));
  }
  bool full() const { return held() >= memory_.size(); }
  bool over_half() const { return held() > memory_.size() / 2; }

 private:
  std::size_t room() const {
    // A reader that writes nonsense into the head gets no room; it never gets more than there is.
    const auto held = written_ - seen_;
    return held > memory_.size() ? 0 : memory_.size() - static_cast<std::size_t>(held);
  }

  ring_head* head_;
  std::span<std::byte> memory_;
  std::uint64_t written_ = 0;
  std::uint64_t seen_ = 0;
};

/// The other end. One thread.
class ring_reader {
 public:
  ring_reader(ring_head& head, std::span<const std::byte> memory) : head_{&head}, memory_{memory} {}

  /// Bytes that can be read now. What is read is free for the writer after `release`.
  std::size_t readable() {
    if (seen_ == read_) seen_ = head_->written.load(std::memory_order_acquire);
    return static_cast<std::size_t>(std::min<std::uint64_t>(seen_ - read_, memory_.size()));
  }
  bool empty() const { return head_->written.load(std::memory_order_acquire) == read_; }

  /// Precondition: no more than `readable`.
  void read(std::span<std::byte> into) {
    const auto at = read_ & (memory_.size() - 1);
    const auto first = std::min(into.size(), memory_.size() - at);
    std::memcpy(into.data(), memory_.data() + at, first);
    if (into.size() > first) std::memcpy(into.data() + first, memory_.data(), into.size() - first);
    read_ += into.size();
    if (read_ - released_ >= memory_.size() / 4) release();
  }
  void release() {
    released_ = read_;
    head_->read.store(read_, std::memory_order_release);
  }
  /// Bytes that were released in all.
  std::uint64_t released() const { return released_; }

 private:
  ring_head* head_;
  std::span<const std::byte> memory_;
  std::uint64_t read_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t released_ = 0;
};

}  // namespace penstock
