#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <penstock/messages/item_type.hpp>
#include <penstock/messages/lineage.hpp>
#include <penstock/messages/ref.hpp>

namespace penstock {

/// Memory for items of one type: a header and room for `capacity` items in one allocation. It owns the
/// memory; the items belong to the batches that lie in it, or to the slab itself once they are shared.
class slab final : public ref_counted {
 public:
  /// Throws std::bad_alloc.
  static ref<slab> make(const item_type& type, std::uint32_t capacity);

  const item_type& type() const { return *type_; }
  std::uint32_t capacity() const { return capacity_; }
  std::byte* at(std::uint32_t index) { return items_ + index * type_->size; }

  /// From now on items [first, first + count) are the slab's, to destroy with itself.
  void own(std::uint32_t first, std::uint32_t count);

 private:
  slab(const item_type& type, std::uint32_t capacity, std::byte* items);
  ~slab() override = default;
  void last_owner_left() noexcept override;

  const item_type* type_;
  std::byte* items_;
  std::uint32_t capacity_;
  std::uint32_t owned_first_ = 0;
  std::uint32_t owned_count_ = 0;
};

/// Items of one type in a row, with their weight in bytes and their tokens: what travels between stages. A
/// handle that moves; the items themselves stay where they are. One thread at a time.
///
/// An exclusive batch owns its items and may change them or move them out. A shared one (after `share`) reads
/// them as const, together with its aliases.
class batch {
 public:
  batch() = default;
  /// Takes over `count` constructed items from `first` on.
  batch(ref<slab> memory, std::uint32_t first, std::uint32_t count, std::size_t weight)
      : memory_{std::move(memory)}, weight_{weight}, first_{first}, count_{count} {}
  // Here, as an item is handed on by dozens of moves.
  batch(batch&& other) noexcept
      : memory_{std::move(other.memory_)},
        weight_{std::exchange(other.weight_, 0)},
        first_{other.first_},
        count_{std::exchange(other.count_, 0)},
        shared_{std::exchange(other.shared_, false)},
        tokens_{std::move(other.tokens_)} {}
  batch& operator=(batch&& other) noexcept {
    if (this == &other) return *this;
    if (memory_) clear();
    memory_ = std::move(other.memory_);
    weight_ = std::exchange(other.weight_, 0);
    first_ = other.first_;
    count_ = std::exchange(other.count_, 0);
    shared_ = std::exchange(other.shared_, false);
    tokens_ = std::move(other.tokens_);
    return *this;
  }
  batch(const batch&) = delete;
  batch& operator=(const batch&) = delete;
  ~batch() {
    if (memory_) destroy();
  }

  bool empty() const { return count_ == 0; }
  std::uint32_t size() const { return count_; }
  std::size_t weight() const { return weight_; }  ///< bytes
  bool shared() const { return shared_; }
  const item_type* type() const { return memory_ ? &memory_->type() : nullptr; }

  /// Items as T, which must be the type that the batch was made with.
  template <class T>
  T* items() {
    assert(type() == &item_type_of<T>());
    return reinterpret_cast<T*>(memory_->at(first_));
  }
  const std::byte* item(std::uint32_t index) const { return memory_->at(first_ + index); }

  const lineage& tokens() const { return tokens_; }
  lineage& tokens() { return tokens_; }

  /// Takes the first `count` items away as a batch of their own; measures the smaller part where weights
  /// vary.
  batch split_front(std::uint32_t count);

  /// Makes the items const for everybody; needed before `alias`.
  void share();
  /// A second handle on the same shared items.
  batch alias() const;
  /// A batch with copies of the items; throws what a copy constructor throws. Precondition: the type can be
  /// copied.
  batch copy() const;

  /// Bytes that `count` items weigh, from `first` on. An item is weighed when it is made, where a `weight`
  /// that throws makes it fail; one that throws only later counts as the others do on average.
  std::size_t measure(std::uint32_t first, std::uint32_t count) const noexcept;
  /// What the items weigh now that some were changed in place, in bytes.
  void set_weight(std::size_t bytes) { weight_ = bytes; }
  /// Keeps the first `count` items and destroys the others.
  void truncate(std::uint32_t count);

  /// Moves the items of `other` behind these, into a larger slab where needed. Both must be exclusive and of
  /// one type, or two parts of one batch that follow each other: those are joined where they lie.
  void append(batch&& other);

  /// Gives the items memory of their own, so that they keep that of their neighbours no longer. Shared items
  /// are copied; those that can't be stay where they are.
  void move_apart() noexcept;

  /// Destroys the items and lets go of their tokens.
  void clear() noexcept;
  /// The same, but the tokens are flagged first: these items are lost.
  void discard(const loss& reason) noexcept;

 private:
  void destroy() noexcept;

  ref<slab> memory_;
  std::size_t weight_ = 0;
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  bool shared_ = false;
  lineage tokens_;
};

}  // namespace penstock
