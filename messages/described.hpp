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

/// An enum with BOOST_DESCRIBE_ENUM, likewise; the macro comes from <boost/describe/enum.hpp>.
template <class T>
concept described_enum = std::is_enum_v<T> && requires {
  boost_enum_descriptor_fn(static_cast<T**>(nullptr));
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
  /// `visit.template operator()<Owner, Descriptor>()` for each that is of a data member.
  template <class Owner, class Visit>
  static constexpr void member_descriptors(Visit&& visit) {
    (member_descriptor<Owner, Descriptor>(visit), ...);
  }
  /// `visit(type)` for each base, as a null pointer to it.
  template <class Visit>
  static constexpr void base_types(Visit&& visit) {
    (visit(static_cast<typename Descriptor::type*>(nullptr)), ...);
  }
  /// `visit(name, value)` for each enumerator.
  template <class Visit>
  static constexpr void enumerators(Visit&& visit) {
    (visit(static_cast<const char*>(Descriptor::name), Descriptor::value), ...);
  }

 private:
  template <class D, class T, class Visit>
  static void member(T& object, Visit& visit) {
    if constexpr (std::is_member_object_pointer_v<std::remove_cv_t<decltype(D::pointer)>>) {
      visit(static_cast<const char*>(D::name), object.*D::pointer);
    }
  }
  template <class Owner, class D, class Visit>
  static constexpr void member_descriptor(Visit& visit) {
    if constexpr (std::is_member_object_pointer_v<std::remove_cv_t<decltype(D::pointer)>>) {
      visit.template operator()<Owner, D>();
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

/// The same without an object: `visit.template operator()<Owner, Descriptor>()`, with the type that declares
/// the member and Boost's descriptor of it (`name`, `pointer`).
template <described T, class Visit>
constexpr void for_each_member_descriptor(Visit&& visit) {
  constexpr auto key = static_cast<T**>(nullptr);
  using detail::descriptor_list;
  descriptor_list<decltype(boost_base_descriptor_fn(key))>::base_types(
      [&]<class Base>(Base*) { for_each_member_descriptor<Base>(visit); });
  descriptor_list<decltype(boost_public_member_descriptor_fn(key))>::template member_descriptors<T>(visit);
  descriptor_list<decltype(boost_protected_member_descriptor_fn(key))>::template member_descriptors<T>(visit);
  descriptor_list<decltype(boost_private_member_descriptor_fn(key))>::template member_descriptors<T>(visit);
}

/// Calls `visit(name, value)` for every described enumerator, in the order of description.
template <described_enum E, class Visit>
constexpr void for_each_enumerator(Visit&& visit) {
  constexpr auto key = static_cast<E**>(nullptr);
  detail::descriptor_list<decltype(boost_enum_descriptor_fn(key))>::enumerators(visit);
}

}  // namespace penstock
