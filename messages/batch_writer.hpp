#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include <penstock/messages/batch.hpp>

namespace penstock {

/// Builds a batch of T item by item; the slab is made with the first item and doubles when it is full. One
/// thread.
template <class T>
class batch_writer {
 public:
  /// `expected` is how many items to make room for at first.
  explicit batch_writer(std::uint32_t expected = 16) : expected_{std::max<std::uint32_t>(expected, 1)} {}
  batch_writer(const batch_writer&) = delete;
  batch_writer& operator=(const batch_writer&) = delete;
  ~batch_writer() { finish(); }

  std::uint32_t size() const { return count_; }

  template <class... Args>
  void emplace(Args&&... args) {
    if (count_ == capacity_) grow();
    T* made = new (items_ + count_) T(std::forward<Args>(args)...);
    if constexpr (!fixed_weight<T>) {
      try {
        weight_ += weight_of(*made);
      } catch (...) {
        made->~T();
        throw;
      }
    }
    ++count_;
  }

  /// How things stand after the items so far.
  struct mark {
    std::uint32_t size = 0;
    std::size_t weight = 0;
  };
  mark here() const { return {count_, weight_}; }

  /// Destroys the items made since.
  void rollback(const mark& to) {
    weight_ = to.weight;
    while (count_ > to.size) {
      --count_;
      items_[count_].~T();
    }
  }

  const T& last() const { return items_[count_ - 1]; }
  const T& at(std::uint32_t index) const { return items_[index]; }

  /// The batch built so far; the writer starts anew.
  batch finish() {
    if (count_ == 0) return {};
    if constexpr (fixed_weight<T>) weight_ = count_ * sizeof(T);
    batch made{std::move(memory_), 0, count_, weight_};
    memory_ = nullptr;
    items_ = nullptr;
    count_ = capacity_ = 0;
    weight_ = 0;
    return made;
  }

 private:
  void grow() {
    const auto wanted = capacity_ == 0 ? expected_ : 2 * capacity_;
    auto larger = slab::make(item_type_of<T>(), wanted);
    if (count_ > 0) detail::relocate_items<T>(memory_->at(0), larger->at(0), count_);
    memory_ = std::move(larger);
    items_ = reinterpret_cast<T*>(memory_->at(0));
    capacity_ = wanted;
  }

  ref<slab> memory_;
  T* items_ = nullptr;
  std::uint32_t expected_;
  std::uint32_t count_ = 0;
  std::uint32_t capacity_ = 0;
  std::size_t weight_ = 0;
};

}  // namespace penstock
