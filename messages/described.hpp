#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace penstock {

/// A type with BOOST_DESCRIBE_STRUCT or BOOST_DESCRIBE_CLASS. What those macros declare is found by its
/// arguments, so that this header needs none of Boost's; the macros themselves come from
/// <boost/describe/class.hpp>.
template <class T>
concept described = std::is_class_v<T> && requires {
  boost_public_member_descriptor_fn(static_cast<T**>(nullptr));
};

namespace detail {

template <class List>
struct descriptor_list;

template <template <class...> class List, class... Descriptor>
struct descriptor_list<List<Descriptor...>> {
  static constexpr std::size_t size = sizeof...(Descriptor);

  template <class T, class Visit>
  static void members(T& object, Visit&& visit) {
    (member<Descriptor>(object, visit), ...);
  }
  template <class T, class Visit>
  static void bases(T& object, Visit&& visit) {
    (visit(static_cast<std::conditional_t<std::is_const_v<T>, const typename Descriptor::type,
                                          typename Descriptor::type>&>(object)),
     ...);
  }

 private:
  template <class D, class T, class Visit>
  static void member(T& object, Visit& visit) {
    if constexpr (std::is_member_object_pointer_v<std::remove_cv_t<decltype(D::pointer)>>) {
      visit(static_cast<const char*>(D::name), object.*D::pointer);
    }
  }
};

}  // namespace detail

/// Calls `visit(name, member)` for every described data member of `object`: those of its described bases
/// first, then public, protected and private ones, each in the order of description.
template <class T, class Visit>
requires described<std::remove_const_t<T>>
void for_each_member(T& object, Visit&& visit) {
  using plain = std::remove_const_t<T>;
  constexpr auto key = static_cast<plain**>(nullptr);
  detail::descriptor_list<decltype(boost_base_descriptor_fn(key))>::bases(object, [&](auto& base) {
    static_assert(described<std::remove_cvref_t<decltype(base)>>,
                  "penstock: a described base class must be described itself");
    for_each_member(base, visit);
  });
  detail::descriptor_list<decltype(boost_public_member_descriptor_fn(key))>::members(object, visit);
  detail::descriptor_list<decltype(boost_protected_member_descriptor_fn(key))>::members(object, visit);
  detail::descriptor_list<decltype(boost_private_member_descriptor_fn(key))>::members(object, visit);
}

}  // namespace penstock
