#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace penstock::detail {

/// How an archive goes about a type; the same for writing, reading and showing.
enum class item_shape {
  number,    ///< arithmetic types, enums, std::byte
  text,      ///< std::basic_string
  sequence,  ///< vector, deque, list
  keyed,     ///< set and map, ordered or not
  fixed,     ///< std::array, C array
  parts,     ///< pair, tuple
  perhaps,   ///< optional, unique_ptr, shared_ptr: nothing or one value
  either,    ///< variant
  span,      ///< duration
  moment,    ///< time_point
  other,     ///< described, or with a serialize function
};

/// Numbers of 128 bits, which are arithmetic types only where the compiler is told that they are.
template <class T>
inline constexpr bool is_wide_integer = false;
#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 signed_wide_integer;
__extension__ typedef unsigned __int128 unsigned_wide_integer;
template <>
inline constexpr bool is_wide_integer<signed_wide_integer> = true;
template <>
inline constexpr bool is_wide_integer<unsigned_wide_integer> = true;
#endif

template <class T>
struct shape_of {
  static constexpr item_shape value = std::is_arithmetic_v<T> || std::is_enum_v<T> || is_wide_integer<T>
                                          ? item_shape::number
                                      : std::is_array_v<T> ? item_shape::fixed
                                                           : item_shape::other;
};

/// A truth value, or an enum of one: of its 256 bytes only two are values.
template <class T>
constexpr bool is_truth_value() {
  if constexpr (std::is_enum_v<T>) return std::is_same_v<std::underlying_type_t<T>, bool>;
  return std::is_same_v<T, bool>;
}

template <item_shape Shape>
struct has_shape {
  static constexpr item_shape value = Shape;
};

template <>
struct shape_of<std::monostate> : has_shape<item_shape::parts> {};
template <class C, class Traits, class A>
struct shape_of<std::basic_string<C, Traits, A>> : has_shape<item_shape::text> {};
template <class T, class A>
struct shape_of<std::vector<T, A>> : has_shape<item_shape::sequence> {};
template <class T, class A>
struct shape_of<std::deque<T, A>> : has_shape<item_shape::sequence> {};
template <class T, class A>
struct shape_of<std::list<T, A>> : has_shape<item_shape::sequence> {};
template <class... X>
struct shape_of<std::set<X...>> : has_shape<item_shape::keyed> {};
template <class... X>
struct shape_of<std::multiset<X...>> : has_shape<item_shape::keyed> {};
template <class... X>
struct shape_of<std::map<X...>> : has_shape<item_shape::keyed> {};
template <class... X>
struct shape_of<std::multimap<X...>> : has_shape<item_shape::keyed> {};
template <class... X>
struct shape_of<std::unordered_set<X...>> : has_shape<item_shape::keyed> {};
template <class... X>
struct shape_of<std::unordered_multiset<X...>> : has_shape<item_shape::keyed> {};
template <class... X>
struct shape_of<std::unordered_map<X...>> : has_shape<item_shape::keyed> {};
template <class... X>
struct shape_of<std::unordered_multimap<X...>> : has_shape<item_shape::keyed> {};
template <class T, std::size_t N>
struct shape_of<std::array<T, N>> : has_shape<item_shape::fixed> {};
template <class A, class B>
struct shape_of<std::pair<A, B>> : has_shape<item_shape::parts> {};
template <class... X>
struct shape_of<std::tuple<X...>> : has_shape<item_shape::parts> {};
template <class T>
struct shape_of<std::optional<T>> : has_shape<item_shape::perhaps> {};
template <class T, class D>
struct shape_of<std::unique_ptr<T, D>> : has_shape<item_shape::perhaps> {};
template <class T>
struct shape_of<std::shared_ptr<T>> : has_shape<item_shape::perhaps> {};
template <class... X>
struct shape_of<std::variant<X...>> : has_shape<item_shape::either> {};
template <class Rep, class Period>
struct shape_of<std::chrono::duration<Rep, Period>> : has_shape<item_shape::span> {};
template <class Clock, class Duration>
struct shape_of<std::chrono::time_point<Clock, Duration>> : has_shape<item_shape::moment> {};

template <class T, item_shape Shape>
concept shaped = shape_of<std::remove_cv_t<T>>::value == Shape;

/// A container whose elements are keys with values.
template <class T>
concept mapping = requires {
  typename T::mapped_type;
};

/// A smart pointer, as against optional.
template <class T>
concept smart_pointer = requires {
  typename T::element_type;
};

template <class T>
struct held_by {
  using type = typename T::value_type;
};
template <smart_pointer T>
struct held_by<T> {
  using type = typename T::element_type;
};

/// What a `perhaps` holds. A pointer to a base class would lose what it points to.
template <class T>
using held_type = std::remove_const_t<typename held_by<T>::type>;

/// What a pointer reads is made by `new`, so no other deleter than the usual one may get it.
template <class T>
constexpr void require_plain_delete() {
  if constexpr (requires { typename T::deleter_type; }) {
    static_assert(std::is_same_v<typename T::deleter_type, std::default_delete<typename T::element_type>>,
                  "penstock: a unique_ptr with a deleter of its own can't be read back; hold the value in a "
                  "class with a Boost serialize function");
  }
}

/// What inserting into a set or map came to: false where it has held an equal one, by its own comparison.
template <class Iterator>
bool is_new(const std::pair<Iterator, bool>& inserted) {
  return inserted.second;
}
template <class Iterator>
constexpr bool is_new(const Iterator&) {
  return true;  // may be there many times
}

/// Numbers in a row in memory, which can be moved as a block.
template <class T>
concept number_block = requires(T& items) {
  items.data();
  items.size();
  requires shaped<typename T::value_type, item_shape::number>;
  requires !is_truth_value<typename T::value_type>();
};

}  // namespace penstock::detail
