#pragma once

#include <boost/serialization/version.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <variant>
#include <vector>

#include <penstock/messages/described.hpp>
#include <penstock/messages/input_archive.hpp>
#include <penstock/messages/item_shape.hpp>
#include <penstock/messages/may_be_absent.hpp>
#include <penstock/messages/output_archive.hpp>
#include <penstock/messages/schema_description.hpp>
#include <penstock/messages/serializable.hpp>
#include <penstock/messages/type_name.hpp>
#include <penstock/messages/user_serialize.hpp>

namespace penstock::detail {

template <class T>
constexpr number_kind number_kind_of() {
  require_number<T>();
  if constexpr (std::is_enum_v<T>) {
    return number_kind_of<std::underlying_type_t<T>>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return number_kind::boolean;
  } else if constexpr (std::is_same_v<T, char>) {
    return number_kind::character;
  } else if constexpr (std::is_same_v<T, char8_t> || std::is_same_v<T, char16_t> ||
                       std::is_same_v<T, char32_t> || std::is_same_v<T, wchar_t>) {
    return sizeof(T) == 1 ? number_kind::c8 : sizeof(T) == 2 ? number_kind::c16 : number_kind::c32;
  } else if constexpr (std::is_floating_point_v<T>) {
    return sizeof(T) == 4 ? number_kind::f32 : number_kind::f64;
  } else if constexpr (std::is_signed_v<T>) {
    return sizeof(T) == 1   ? number_kind::i8
           : sizeof(T) == 2 ? number_kind::i16
           : sizeof(T) == 4 ? number_kind::i32
                            : number_kind::i64;
  } else {
    return sizeof(T) == 1   ? number_kind::u8
           : sizeof(T) == 2 ? number_kind::u16
           : sizeof(T) == 4 ? number_kind::u32
                            : number_kind::u64;
  }
}

/// Describes types as output_archive writes them: each of its shapes has its kind here.
class schema_builder {
 public:
  template <class T>
  static schema_reader build() {
    schema_builder builder;
    builder.made_.types.root = builder.add<T>();
    return std::move(builder.made_);
  }

 private:
  /// The number of T's node.
  template <class T>
  std::uint32_t add() {
    const auto place = static_cast<std::uint32_t>(made_.types.nodes.size());
    const auto [known, fresh] = known_.emplace(typeid(T), place);
    if (!fresh) return known->second;
    made_.types.nodes.emplace_back();
    made_.extras.emplace_back();
    schema_node node;
    schema_reader::node_extra extra;
    fill<T>(node, extra);
    made_.types.nodes[place] = std::move(node);
    made_.extras[place] = std::move(extra);
    return place;
  }

  template <class T>
  void fill(schema_node& node, schema_reader::node_extra& extra) {
    constexpr item_shape shape = shape_of<T>::value;
    if constexpr (!may_be_written<T>) {
      require_writable<T>();
    } else if constexpr (shape == item_shape::number) {
      fill_number<T>(node);
    } else if constexpr (shape == item_shape::text) {
      node.kind = schema_kind::text;
      node.number = number_kind_of<typename T::value_type>();
    } else if constexpr (shape == item_shape::sequence) {
      node.kind = schema_kind::list;
      node.parts = {add<typename T::value_type>()};
    } else if constexpr (shape == item_shape::keyed) {
      fill_keyed<T>(node);
    } else if constexpr (shape == item_shape::fixed) {
      node.kind = schema_kind::array;
      node.parts = {add<std::remove_cvref_t<decltype(*std::begin(std::declval<T&>()))>>()};
      if constexpr (std::is_array_v<T>) {
        node.count = std::extent_v<T>;
      } else {
        node.count = std::tuple_size_v<T>;
      }
    } else if constexpr (shape == item_shape::parts) {
      node.kind = schema_kind::parts;
      if constexpr (!std::is_same_v<T, std::monostate>) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
          node.parts = {add<std::remove_cv_t<std::tuple_element_t<I, T>>>()...};
        }
        (std::make_index_sequence<std::tuple_size_v<T>>{});
      }
    } else if constexpr (shape == item_shape::perhaps) {
      node.kind = schema_kind::perhaps;
      node.parts = {add<held_type<T>>()};
    } else if constexpr (shape == item_shape::either) {
      node.kind = schema_kind::either;
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        node.parts = {add<std::variant_alternative_t<I, T>>()...};
        node.names = {type_name<std::variant_alternative_t<I, T>>()...};
      }
      (std::make_index_sequence<std::variant_size_v<T>>{});
    } else if constexpr (shape == item_shape::span) {
      fill_time<typename T::rep, typename T::period>(node, schema_kind::duration);
    } else if constexpr (shape == item_shape::moment) {
      fill_time<typename T::rep, typename T::period>(node, schema_kind::moment);
      node.clock = clock_name<typename T::clock>();
    } else if constexpr (described<T> && !has_visible_serialize<T>) {
      fill_members<T>(node, extra);
    } else if constexpr (!has_serialize_or_description<T>) {
      require_description<T>();
    } else {
      fill_opaque<T>(node, extra);
    }
  }

  template <class T>
  void fill_number(schema_node& node) {
    node.kind = schema_kind::number;
    node.number = number_kind_of<T>();
    if constexpr (described_enum<T>) {
      node.kind = schema_kind::enumeration;
      for_each_enumerator<T>([&](const char* name, T value) {
        node.names.emplace_back(name);
        node.values.push_back(enumerator_bits(
            static_cast<std::uint64_t>(static_cast<std::underlying_type_t<T>>(value)), node.number));
      });
    }
  }

  template <class T>
  void fill_keyed(schema_node& node) {
    constexpr bool unique = requires { typename T::insert_return_type; };
    if constexpr (mapping<T>) {
      node.kind = unique ? schema_kind::map : schema_kind::multimap;
      node.parts = {add<std::pair<typename T::key_type, typename T::mapped_type>>()};
    } else {
      node.kind = unique ? schema_kind::set : schema_kind::multiset;
      node.parts = {add<typename T::value_type>()};
    }
  }

  template <class Rep, class Period>
  void fill_time(schema_node& node, schema_kind kind) {
    node.kind = kind;
    node.number = number_kind_of<Rep>();
    node.period = {Period::num, Period::den};
  }

  /// Others count from days of their own.
  template <class Clock>
  static std::string clock_name() {
    if constexpr (std::is_same_v<Clock, std::chrono::system_clock>) {
      return "system";
    } else if constexpr (std::is_same_v<Clock, std::chrono::steady_clock>) {
      return "steady";
    } else {
      return type_name<Clock>();
    }
  }

  template <class T>
  void fill_members(schema_node& node, schema_reader::node_extra& extra) {
    node.kind = schema_kind::members;
    for_each_member_descriptor<T>([&]<class Owner, class D>() {
      using member = std::remove_cvref_t<decltype(std::declval<Owner&>().*D::pointer)>;
      node.names.emplace_back(D::name);
      node.parts.push_back(add<member>());
      extra.may_be_absent.push_back(may_lack<T, Owner, D>());
    });
    if constexpr (std::is_default_constructible_v<T> && lacks_any<T>()) {
      extra.write_fresh = [](std::size_t wanted, std::vector<std::byte>& into) {
        const T fresh{};
        std::size_t i = 0;
        for_each_member(fresh, [&](const char*, const auto& member) {
          if (i++ != wanted) return;
          output_archive archive{into};
          archive << member;
        });
      };
    }
  }

  template <class T>
  static constexpr bool lacks_any() {
    bool any = false;
    for_each_member_descriptor<T>([&]<class Owner, class D>() { any = any || may_lack<T, Owner, D>(); });
    return any;
  }

  template <class T>
  void fill_opaque(schema_node& node, schema_reader::node_extra& extra) {
    node.kind = schema_kind::opaque;
    node.opaque = type_name<T>();
    node.version = boost::serialization::version<T>::value;
    node.version_written = writes_version<T>;
    if constexpr (std::is_default_constructible_v<T>) {
      extra.size = [](std::span<const std::byte> bytes) {
        input_archive archive{bytes};
        T item{};
        archive >> item;
        return bytes.size() - archive.remaining();
      };
    }
  }

  schema_reader made_;
  std::map<std::type_index, std::uint32_t> known_;
};

}  // namespace penstock::detail
