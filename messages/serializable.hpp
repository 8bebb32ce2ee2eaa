#pragma once

#include <type_traits>

#include <penstock/messages/described.hpp>

namespace penstock {

/// Types that make sense only in the process that made them (handles, connections, pointers into memory of
/// others). Nothing ever writes them down: a dead letter of such an item does not compile. Say so with `using
/// local_only = void;` in the type, or by specialising this to true.
template <class T>
inline constexpr bool local_only = requires {
  typename T::local_only;
};

template <class T>
inline constexpr bool local_only<const T> = local_only<T>;

/// Never satisfied by pointers, references, functions and local-only types. For other classes a yes means
/// only that nothing is known against it: whether a `serialize` function exists is seen by
/// <penstock/messages/codec.hpp>.
template <class T>
concept may_be_written = !std::is_pointer_v<T> && !std::is_reference_v<T> && !std::is_function_v<T> &&
                         !std::is_member_pointer_v<T> && !local_only<T>;

}  // namespace penstock
