#pragma once

#include <cstdint>
#include <map>
#include <utility>

namespace penstock {

/// Puts what workers finish out of order back into the order of its numbers. Each entry covers a range of
/// numbers; entries leave once everything before them has left. Plain data.
template <class T>
class reorder_buffer {
 public:
  /// Adds what covers [first, first + count) and hands everything that is now in order to `release`.
  template <class Release>
  void add(std::uint64_t first, std::uint64_t count, T value, Release&& release) {
    if (first != next_) {
      waiting_.emplace(first, entry{count, std::move(value)});
      return;
    }
    release(std::move(value));
    next_ += count;
    for (auto it = waiting_.begin(); it != waiting_.end() && it->first == next_; it = waiting_.erase(it)) {
      next_ += it->second.count;
      release(std::move(it->second.value));
    }
  }

  /// The number that everything else waits for.
  std::uint64_t next() const { return next_; }
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }

  /// Hands out all that waits, in order, gaps or not; used when a run is given up.
  template <class Release>
  void drain(Release&& release) {
    for (auto& [first, held] : waiting_) release(std::move(held.value));
    waiting_.clear();
  }

 private:
  struct entry {
    std::uint64_t count;
    T value;
  };

  std::uint64_t next_ = 0;
  std::multimap<std::uint64_t, entry> waiting_;  ///< parts of one item keep their order
};

}  // namespace penstock
