#pragma once

#include <type_traits>

namespace penstock {

namespace detail {

template <class T>
concept container = requires(T& items) {
  typename T::value_type;
  requires !std::is_same_v<typename T::value_type, T>;
  items.begin();
  items.end();
};

template <class T>
constexpr bool copyable() {
  if constexpr (!std::is_copy_constructible_v<T>) {
    return false;
  } else if constexpr (container<T>) {
    return copyable<typename T::value_type>();
  } else {
    return true;
  }
}

}  // namespace detail

/// True where items of type T can be copied, so that several consumers may have them. Standard containers
/// claim to be copyable whatever is in them; here what is in them counts. Specialise it as false for a struct
/// with such a container in it, or delete the struct's copy constructor.
template <class T>
inline constexpr bool copyable_item = detail::copyable<T>();

}  // namespace penstock
