#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <penstock/messages/described.hpp>

namespace penstock {

namespace detail {

/// A function `weight` next to the user's type, found through its argument.
template <class T>
concept has_own_weight = std::is_class_v<T> && requires(const T& item) {
  { weight(item) } -> std::convertible_to<std::size_t>;
};

template <class T>
concept iterable = requires(const T& items) {
  requires !std::is_same_v<typename T::value_type, T>;  // a tree of itself would be counted for ever
  items.begin();
  items.end();
  { items.size() } -> std::convertible_to<std::size_t>;
};

/// Keeps its elements in memory of its own, side by side.
template <class T>
concept sequence_container = iterable<T> && requires(const T& items) {
  items.data();
  items.capacity();
};

template <class T>
inline constexpr bool is_string = false;
template <class C, class Traits, class Alloc>
inline constexpr bool is_string<std::basic_string<C, Traits, Alloc>> = true;

/// The types whose weight is worked out from their parts. `fixed`: every part always weighs the same.
/// `owned`: bytes that the parts have beside the object itself.
template <class T>
struct weight_parts {
  static constexpr bool fixed = std::is_trivially_copyable_v<T>;
  static constexpr bool known = false;
};

}  // namespace detail

/// True where every T weighs sizeof(T): nothing need be measured.
template <class T>
inline constexpr bool fixed_weight =
    !detail::has_own_weight<T> && detail::weight_parts<std::remove_cv_t<T>>::fixed;

/// Bytes that `item` owns, itself included: what it takes from a stage's `bytes` capacity. A function
/// `std::size_t weight(const T&)` beside the type has the say; standard containers, smart pointers, described
/// structs and what is made of them are added up, by size, not by capacity, so that a copy weighs what the
/// original does; all else weighs its sizeof. Any thread.
template <class T>
std::size_t weight_of(const T& item);

namespace detail {

/// What `item` weighs beyond its sizeof.
template <class T>
std::size_t owned_by(const T& item) {
  if constexpr (fixed_weight<T>) {
    return 0;
  } else if constexpr (has_own_weight<T>) {
    const std::size_t all = weight(item);
    return all > sizeof(T) ? all - sizeof(T) : 0;
  } else if constexpr (is_string<T>) {
    // A short string lies inside the object.
    const auto* self = reinterpret_cast<const char*>(std::addressof(item));
    const auto* text = reinterpret_cast<const char*>(item.data());
    const bool inside = !std::less<>{}(text, self) && std::less<>{}(text, self + sizeof(T));
    return inside ? 0 : (item.size() + 1) * sizeof(typename T::value_type);
  } else if constexpr (weight_parts<T>::known) {
    return weight_parts<T>::owned(item);
  } else if constexpr (iterable<T>) {
    // What a node takes beside its element: about three pointers.
    constexpr std::size_t node = sequence_container<T> ? 0 : 3 * sizeof(void*);
    using element = typename T::value_type;
    std::size_t total = static_cast<std::size_t>(item.size()) * (sizeof(element) + node);
    if constexpr (!fixed_weight<element>) {
      for (const auto& part : item) total += owned_by<element>(part);
    }
    return total;
  } else if constexpr (described<T>) {
    std::size_t total = 0;
    for_each_member(item, [&](const char*, const auto& part) { total += owned_by(part); });
    return total;
  } else {
    return 0;
  }
}

template <class T, std::size_t N>
struct weight_parts<std::array<T, N>> {
  static constexpr bool known = true;
  static constexpr bool fixed = fixed_weight<T>;
  static std::size_t owned(const std::array<T, N>& parts) {
    std::size_t total = 0;
    for (const T& part : parts) total += owned_by(part);
    return total;
  }
};

template <class T>
struct weight_parts<std::optional<T>> {
  static constexpr bool known = true;
  static constexpr bool fixed = fixed_weight<T>;
  static std::size_t owned(const std::optional<T>& part) { return part ? owned_by(*part) : 0; }
};

template <class A, class B>
struct weight_parts<std::pair<A, B>> {
  static constexpr bool known = true;
  static constexpr bool fixed = fixed_weight<A> && fixed_weight<B>;
  static std::size_t owned(const std::pair<A, B>& parts) {
    return owned_by(parts.first) + owned_by(parts.second);
  }
};

template <class... T>
struct weight_parts<std::tuple<T...>> {
  static constexpr bool known = true;
  static constexpr bool fixed = (fixed_weight<T> && ...);
  static std::size_t owned(const std::tuple<T...>& parts) {
    return std::apply([](const T&... part) { return (std::size_t{0} + ... + owned_by(part)); }, parts);
  }
};

template <class... T>
struct weight_parts<std::variant<T...>> {
  static constexpr bool known = true;
  static constexpr bool fixed = (fixed_weight<T> && ...);
  static std::size_t owned(const std::variant<T...>& part) {
    if (part.valueless_by_exception()) return 0;
    return std::visit([](const auto& held) { return owned_by(held); }, part);
  }
};

/// The object pointed to, once; arrays of unknown length count as nothing.
template <class T, class Pointer>
std::size_t owned_pointee(const Pointer& pointer) {
  if constexpr (std::is_void_v<T> || std::is_array_v<T>) {
    return 0;
  } else {
    return pointer ? sizeof(T) + owned_by<std::remove_const_t<T>>(*pointer) : 0;
  }
}

template <class T, class Deleter>
struct weight_parts<std::unique_ptr<T, Deleter>> {
  static constexpr bool known = true;
  static constexpr bool fixed = false;
  static std::size_t owned(const std::unique_ptr<T, Deleter>& pointer) { return owned_pointee<T>(pointer); }
};

template <class T>
struct weight_parts<std::shared_ptr<T>> {
  static constexpr bool known = true;
  static constexpr bool fixed = false;
  static std::size_t owned(const std::shared_ptr<T>& pointer) { return owned_pointee<T>(pointer); }
};

}  // namespace detail

/// True where what an item owns is not seen, so that it weighs its sizeof whatever it holds.
template <class T>
constexpr bool weighs_sizeof_only() {
  if constexpr (fixed_weight<T> || detail::has_own_weight<T> || detail::is_string<T> ||
                detail::weight_parts<T>::known || described<T>) {
    return false;
  } else if constexpr (detail::iterable<T>) {
    return weighs_sizeof_only<typename T::value_type>();
  } else {
    return true;
  }
}

template <class T>
std::size_t weight_of(const T& item) {
  if constexpr (detail::has_own_weight<T>) {
    return weight(item);
  } else {
    return sizeof(T) + detail::owned_by(item);
  }
}

}  // namespace penstock
