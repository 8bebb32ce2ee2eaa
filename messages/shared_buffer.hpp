#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <penstock/messages/error.hpp>
#include <penstock/messages/shared_block.hpp>

namespace penstock {

/// An array that several items may refer to, and that reaches isolated workers without being copied. Copies
/// of the buffer share the array, which is const once there is more than one of them; it goes with the last.
/// In another process it is mapped for reading. Elements are plain values, at most 64-byte aligned.
template <class T>
class shared_buffer {
  static_assert(std::is_trivially_copyable_v<T>,
                "penstock: a shared_buffer's elements must be trivially copyable, as processes share them");
  static_assert(alignof(T) <= 64, "penstock: a shared_buffer's elements may be aligned to 64 bytes at most");

 public:
  using value_type = T;
  using const_iterator = const T*;

  shared_buffer() = default;

  /// `count` elements that are not initialised. Throws std::bad_alloc.
  static shared_buffer make(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / 2 / sizeof(T)) throw std::bad_alloc{};
    shared_buffer made;
    if (count > 0) made.block_ = shared_block::make(count * sizeof(T));
    return made;
  }
  /// With a copy of the elements.
  static shared_buffer copy_of(std::span<const T> elements) {
    shared_buffer made = make(elements.size());
    if (!elements.empty()) std::copy(elements.begin(), elements.end(), made.edit().data());
    return made;
  }

  std::size_t size() const { return block_ ? block_->bytes() / sizeof(T) : 0; }
  bool empty() const { return size() == 0; }
  const T* data() const { return block_ ? reinterpret_cast<const T*>(block_->data()) : nullptr; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  const T& operator[](std::size_t index) const { return data()[index]; }

  /// True if `edit` may be called: nobody else has the array, and it was made in this process.
  bool editable() const { return !block_ || (block_->writable() && block_->unique()); }
  /// The elements, to be changed. Throws error if others see them: take copy_of first.
  std::span<T> edit() {
    if (!editable()) {
      throw error(
          "penstock: a shared_buffer that others have too, or that another process made, can't be changed; "
          "change a copy of it (shared_buffer::copy_of)");
    }
    return block_ ? std::span<T>{reinterpret_cast<T*>(block_->data()), size()} : std::span<T>{};
  }

  friend bool operator==(const shared_buffer& a, const shared_buffer& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  friend std::size_t weight(const shared_buffer& of) { return sizeof of + of.size() * sizeof(T); }

  /// By value, or by address where a carrier takes it to another process; people see the number of elements.
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    if constexpr (requires(void* to) { archive.load_binary(to, std::size_t{}); }) {
      load(archive);
    } else if constexpr (requires(const void* from) { archive.save_binary(from, std::size_t{}); }) {
      save(archive);
    } else {
      std::uint64_t count = size();
      archive& count;
    }
  }

 private:
  template <class Archive>
  void save(Archive& archive) const {
    block_address at;
    bool by_address = false;
    if (block_carrier* carrier = block_carrier::current(); carrier != nullptr && block_ && block_->arena()) {
      if (const auto lent = carrier->lend(block_)) {
        at = *lent;
        by_address = true;
      }
    }
    std::uint64_t bytes = size() * sizeof(T);
    archive << by_address << bytes;
    if (by_address) {
      archive << at.arena << at.offset << at.loan;
    } else {
      archive.save_binary(data(), static_cast<std::size_t>(bytes));
    }
  }

  template <class Archive>
  void load(Archive& archive) {
    bool by_address = false;
    std::uint64_t bytes = 0;
    archive >> by_address >> bytes;
    if (bytes % sizeof(T) != 0)
      throw codec_error("penstock: a shared_buffer has " + std::to_string(bytes) +
                        " bytes, which are no whole elements");
    if (by_address) {
      block_address at;
      at.bytes = bytes;
      archive >> at.arena >> at.offset >> at.loan;
      block_carrier* carrier = block_carrier::current();
      if (carrier == nullptr)
        throw codec_error("penstock: a shared_buffer lies in another process's memory, which ended with it");
      block_ = carrier->borrow(at);
      return;
    }
    if constexpr (requires { archive.remaining(); }) {
      if (bytes > archive.remaining())
        throw codec_error("penstock: a shared_buffer has fewer bytes than it says");
    }
    shared_buffer read = make(static_cast<std::size_t>(bytes) / sizeof(T));
    if (bytes > 0) archive.load_binary(read.edit().data(), static_cast<std::size_t>(bytes));
    *this = std::move(read);
  }

  ref<shared_block> block_;
};

}  // namespace penstock
