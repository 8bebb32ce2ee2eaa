#pragma once

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace penstock {

/// Pointers to some members of a type, see `may_be_absent`.
template <class... Member>
struct member_list {
  std::tuple<Member...> pointers;
};

/// All members of a type, see `may_be_absent`.
struct every_member {};

template <class... Member>
constexpr member_list<Member...> members(Member... pointers) {
  static_assert((std::is_member_object_pointer_v<Member> && ...),
                "penstock: members takes pointers to data members, as in members(&job::priority)");
  return {std::tuple<Member...>{pointers...}};
}

inline constexpr every_member all_members{};

/// Which members of the described type T may be absent where an item is read that another version of the
/// program, or a person, wrote down: their value is what `T{}` holds. Those of type std::optional always may.
/// To be specialised beside the type, before its first use:
///
///     template <>
///     inline constexpr auto penstock::may_be_absent<job> = penstock::members(&job::priority, &job::label);
///     template <>
///     inline constexpr auto penstock::may_be_absent<settings> = penstock::all_members;
template <class T>
inline constexpr auto may_be_absent = members();

namespace detail {

/// True where `member` is on the list of T.
template <class T, class Pointer>
constexpr bool is_listed_absent([[maybe_unused]] Pointer member) {
  using list = std::remove_const_t<decltype(may_be_absent<T>)>;
  if constexpr (std::is_same_v<list, every_member>) {
    return true;
  } else {
    const auto is = [&](auto listed) {
      if constexpr (std::is_same_v<decltype(listed), Pointer>) {
        return listed == member;
      } else {
        return false;
      }
    };
    return std::apply([&](auto... listed) { return (false || ... || is(listed)); },
                      may_be_absent<T>.pointers);
  }
}

template <class T>
inline constexpr bool is_std_optional = false;
template <class T>
inline constexpr bool is_std_optional<std::optional<T>> = true;

/// True where the member of T with Boost's descriptor D, declared by T or its base Owner, may be absent.
template <class T, class Owner, class D>
constexpr bool may_lack() {
  using member = std::remove_cvref_t<decltype(std::declval<Owner&>().*D::pointer)>;
  return std::is_default_constructible_v<T> &&
         (is_std_optional<member> || is_listed_absent<T>(D::pointer) || is_listed_absent<Owner>(D::pointer));
}

}  // namespace detail
}  // namespace penstock
