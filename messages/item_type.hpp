#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <penstock/messages/copyable_item.hpp>
#include <penstock/messages/type_name.hpp>
#include <penstock/messages/weight.hpp>

namespace penstock {

/// What the engine must know of a user's item type once the type itself is erased. One constant object per
/// type.
struct item_type {
  const char* (*name)();
  std::size_t size;
  std::size_t align;
  std::size_t fixed_weight;  ///< bytes an item weighs, 0 when that varies from item to item

  void (*destroy)(std::byte* first, std::size_t count) noexcept;  ///< null: nothing to do
  void (*relocate)(std::byte* from, std::byte* to,
                   std::size_t count) noexcept;  ///< move construct, destroy the source
  void (*copy)(const std::byte* from, std::byte* to, std::size_t count);  ///< null: a move-only type
  std::size_t (*weigh)(const std::byte* first, std::size_t count);        ///< bytes that `count` items own
};

namespace detail {

template <class T>
void destroy_items(std::byte* first, std::size_t count) noexcept {
  std::destroy_n(reinterpret_cast<T*>(first), count);
}

template <class T>
void relocate_items(std::byte* from, std::byte* to, std::size_t count) noexcept {
  if constexpr (std::is_trivially_copyable_v<T>) {
    std::memcpy(to, from, count * sizeof(T));
  } else {
    auto* source = reinterpret_cast<T*>(from);
    std::uninitialized_move_n(source, count, reinterpret_cast<T*>(to));
    std::destroy_n(source, count);
  }
}

template <class T>
void copy_items(const std::byte* from, std::byte* to, std::size_t count) {
  std::uninitialized_copy_n(reinterpret_cast<const T*>(from), count, reinterpret_cast<T*>(to));
}

template <class T>
std::size_t weigh_items(const std::byte* first, std::size_t count) {
  if constexpr (fixed_weight<T>) {
    return sizeof(T) * count;
  } else {
    std::size_t total = 0;
    const auto* items = reinterpret_cast<const T*>(first);
    for (std::size_t i = 0; i < count; ++i) total += weight_of(items[i]);
    return total;
  }
}

template <class T>
constexpr item_type make_item_type() {
  static_assert(std::is_nothrow_move_constructible_v<T>,
                "penstock: an item's move constructor must be noexcept");
  item_type type{};
  type.name = [] { return type_name<T>().c_str(); };
  type.size = sizeof(T);
  type.align = alignof(T);
  type.fixed_weight = fixed_weight<T> ? sizeof(T) : 0;
  if constexpr (!std::is_trivially_destructible_v<T>) type.destroy = &destroy_items<T>;
  type.relocate = &relocate_items<T>;
  if constexpr (copyable_item<T>) type.copy = &copy_items<T>;
  type.weigh = &weigh_items<T>;
  return type;
}

template <class T>
inline constexpr item_type item_type_value = make_item_type<T>();

}  // namespace detail

/// The description of T; the same object for every caller.
template <class T>
constexpr const item_type& item_type_of() {
  return detail::item_type_value<T>;
}

}  // namespace penstock
