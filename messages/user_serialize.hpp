#pragma once

#include <boost/archive/basic_archive.hpp>
#include <boost/serialization/array_wrapper.hpp>
#include <boost/serialization/collection_size_type.hpp>
#include <boost/serialization/item_version_type.hpp>
#include <boost/serialization/nvp.hpp>
#include <boost/serialization/serialization.hpp>
#include <boost/serialization/version.hpp>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <penstock/messages/described.hpp>
#include <penstock/messages/item_shape.hpp>
#include <penstock/messages/serializable.hpp>

namespace penstock::detail {

/// Stands for an archive where only the existence of a serialize function is asked for.
struct serialize_probe {
  template <class T>
  serialize_probe& operator&(T&&);
  template <class T>
  serialize_probe& operator<<(T&&);
  template <class T>
  serialize_probe& operator>>(T&&);
};
struct no_serialize {};

}  // namespace penstock::detail

namespace boost::serialization {

/// Loses against every function of a user's, wins against Boost's own catch-all: so it tells whether there is
/// one.
template <class Archive, class T>
requires std::same_as<Archive, penstock::detail::serialize_probe> penstock::detail::no_serialize serialize(
    Archive&, T&, const unsigned int);

template <class T>
concept has_free_serialize =
    !std::same_as<decltype(serialize(std::declval<penstock::detail::serialize_probe&>(), std::declval<T&>(),
                                     std::declval<const version_type&>())),
                  penstock::detail::no_serialize>;

}  // namespace boost::serialization

namespace penstock::detail {

template <class T>
concept has_member_serialize = requires(T& item, serialize_probe& archive) {
  item.serialize(archive, 0u);
};

struct named_serialize {
  void serialize();
};
template <class T>
struct with_named_serialize : T, named_serialize {};

/// A member of that name, private ones included: then the name means two things in a class derived from both.
/// A final class may have one, which can't be seen.
template <class T>
concept may_have_hidden_serialize = std::is_class_v<T> &&
    (std::is_final_v<T> || !requires { &with_named_serialize<T>::serialize; });

/// A serialize function that can be seen from outside. It has the say over a description.
template <class T>
concept has_visible_serialize = has_member_serialize<T> || boost::serialization::has_free_serialize<T>;

/// False where there is certainly neither a description nor a serialize function. A class whose serialize
/// function is private has made Boost its friend, or will hear of it from Boost.
template <class T>
concept has_serialize_or_description =
    described<T> || has_visible_serialize<T> || may_have_hidden_serialize<T> || std::is_union_v<T>;

/// Refuses what is neither described nor has a serialize function: once for a type, whoever asks.
template <class T>
constexpr void require_description() {
  static_assert(has_serialize_or_description<T>,
                "penstock: an item that is written down or shown needs BOOST_DESCRIBE_STRUCT or a Boost "
                "serialize function, and so do its members");
}

/// Refuses what is for this process alone: once for a type, whoever asks.
template <class T>
constexpr void require_writable() {
  static_assert(may_be_written<T>,
                "penstock: this type can't be written down or read back: a raw pointer, a reference, a "
                "function, or marked local_only");
}

/// Refuses numbers that nobody else could read: once for a type, whoever asks.
template <class T>
constexpr void require_number() {
  static_assert(!std::is_same_v<T, long double>,
                "penstock: long double differs between machines; use double");
  static_assert(std::is_floating_point_v<T> || sizeof(T) <= sizeof(std::uint64_t),
                "penstock: a number of more than 64 bits can't be written down; use two of 64 bits");
  static_assert(shaped<T, item_shape::number> || sizeof(T) > sizeof(std::uint64_t),
                "penstock: the ticks of a duration or time must be a number of C++, as int or double");
}

template <class T>
inline constexpr bool is_nvp = false;
template <class T>
inline constexpr bool is_nvp<boost::serialization::nvp<T>> = true;

template <class T>
inline constexpr bool is_array_wrapper = false;
template <class T>
inline constexpr bool is_array_wrapper<boost::serialization::array_wrapper<T>> = true;

/// Counts and versions that Boost's functions for containers write.
template <class T>
concept boost_count = std::same_as<T, boost::serialization::collection_size_type> ||
    std::same_as<T, boost::serialization::item_version_type>;

/// What Boost's archives write about pointers and tracked objects. Ours refuse both, but must compile it.
template <class T>
concept tracking_record =
    std::same_as<T, boost::archive::version_type> || std::same_as<T, boost::archive::object_id_type> ||
    std::same_as<T, boost::archive::object_reference_type> ||
    std::same_as<T, boost::archive::class_id_type> ||
    std::same_as<T, boost::archive::class_id_reference_type> ||
    std::same_as<T, boost::archive::class_id_optional_type> ||
    std::same_as<T, boost::archive::tracking_type> || std::same_as<T, boost::archive::class_name_type>;

/// True where an archive writes the type's version in front of it: classes with a serialize function, unless
/// the type was declared `object_serializable`.
template <class T>
inline constexpr bool writes_version =
    boost::serialization::implementation_level<T>::value >= boost::serialization::object_class_info;

}  // namespace penstock::detail
