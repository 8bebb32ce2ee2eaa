#pragma once

#include <boost/mpl/bool.hpp>
#include <boost/serialization/library_version_type.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include <penstock/messages/described.hpp>
#include <penstock/messages/item_shape.hpp>
#include <penstock/messages/json_writer.hpp>
#include <penstock/messages/output_archive.hpp>
#include <penstock/messages/serializable.hpp>
#include <penstock/messages/user_serialize.hpp>

namespace penstock {

/// Bytes of JSON after which a view leaves out the rest.
inline constexpr std::size_t json_view_limit = 64 * 1024;

namespace detail {

template <class T>
void show(json_writer& out, const T& item, int depth);

/// A Boost saving archive that shows the fields of types which have a serialize function and no description.
class field_archive {
 public:
  using is_loading = boost::mpl::false_;
  using is_saving = boost::mpl::true_;

  /// With no writer it only counts the fields.
  field_archive(json_writer* out, int depth, bool named) : out_{out}, depth_{depth}, named_{named} {}

  template <class T>
  field_archive& operator<<(const T& field) {
    if constexpr (is_nvp<T>) {
      add(field.name(), field.const_value());
    } else {
      add(nullptr, field);
    }
    return *this;
  }
  template <class T>
  field_archive& operator&(const T& field) {
    return *this << field;
  }

  void save_binary(const void* bytes, std::size_t count) {
    add(nullptr, std::string_view{static_cast<const char*>(bytes), count});
  }
  boost::serialization::library_version_type get_library_version() const {
    return boost::serialization::library_version_type{std::numeric_limits<std::uint8_t>::max()};
  }
  template <class T>
  const void* register_type(const T* = nullptr) const {
    return nullptr;
  }
  unsigned get_flags() const { return boost::archive::no_header | boost::archive::no_tracking; }

  std::size_t fields() const { return fields_; }
  std::size_t left_out() const { return left_out_; }
  bool all_named() const { return fields_ > 0 && fields_ == names_; }

 private:
  template <class T>
  void add(const char* name, const T& value) {
    ++fields_;
    if (name != nullptr) ++names_;
    if (out_ == nullptr) return;
    if (!out_->has_room()) {
      ++left_out_;
      return;
    }
    if (named_ && name != nullptr) out_->key(name);
    show(*out_, value, depth_);
  }

  json_writer* out_;
  int depth_;
  bool named_;
  std::size_t fields_ = 0;
  std::size_t names_ = 0;
  std::size_t left_out_ = 0;
};

template <class T>
void show_fields(json_writer& out, const T& item, int depth) {
  const auto serialize = [&](field_archive& archive) {
    // Saving does not change the item; Boost's functions serve both ways and so take no const.
    boost::serialization::serialize_adl(archive, const_cast<T&>(item),
                                        boost::serialization::version<T>::value);
  };
  field_archive counted{nullptr, depth, false};
  serialize(counted);
  const bool named = counted.all_named();
  field_archive shown{&out, depth, named};
  named ? out.begin_object() : out.begin_array();
  serialize(shown);
  if (shown.left_out() > 0) out.left_out(shown.left_out());
  named ? out.end_object() : out.end_array();
}

template <class T>
void show_number(json_writer& out, T number) {
  if constexpr (!std::is_same_v<T, long double>) require_number<T>();
  if constexpr (std::is_enum_v<T>) {
    show_number(out, static_cast<std::underlying_type_t<T>>(number));
  } else if constexpr (std::is_same_v<T, bool>) {
    out.boolean(number);
  } else if constexpr (std::is_same_v<T, char>) {
    out.text({&number, 1});
  } else if constexpr (std::is_floating_point_v<T>) {
    out.real(static_cast<double>(number));
  } else if constexpr (std::is_signed_v<T>) {
    out.integer(static_cast<std::int64_t>(number));
  } else {
    out.integer(static_cast<std::uint64_t>(number));
  }
}

/// The elements as an array; a map with strings as keys as an object.
template <class Range>
void show_range(json_writer& out, const Range& items, std::size_t count, int depth) {
  constexpr bool object = [] {
    if constexpr (mapping<Range>) return std::is_same_v<typename Range::key_type, std::string>;
    return false;
  }();
  object ? out.begin_object() : out.begin_array();
  std::size_t shown = 0;
  for (const auto& item : items) {
    if (!out.has_room()) break;
    if constexpr (object) {
      out.key(item.first);
      show(out, item.second, depth);
    } else if constexpr (requires { typename Range::value_type; }) {
      show<typename Range::value_type>(out, item, depth);
    } else {
      show(out, item, depth);
    }
    ++shown;
  }
  if (shown < count) out.left_out(count - shown);
  object ? out.end_object() : out.end_array();
}

template <class T>
void show_members(json_writer& out, const T& item, int depth) {
  out.begin_object();
  std::size_t left_out = 0;
  for_each_member(item, [&](const char* name, const auto& member) {
    if (!out.has_room()) {
      ++left_out;
      return;
    }
    out.key(name);
    show(out, member, depth);
  });
  if (left_out > 0) out.left_out(left_out);
  out.end_object();
}

template <class T>
void show(json_writer& out, const T& item, int depth) {
  constexpr item_shape shape = shape_of<T>::value;
  if (depth > archive_depth_limit) {
    out.text("... nested too deeply");
    return;
  }
  if constexpr (!may_be_written<T>) {
    out.text("(local only)");
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    out.text(item);
  } else if constexpr (is_nvp<T>) {
    show(out, item.const_value(), depth);
  } else if constexpr (requires { item.as_variant(); }) {
    show(out, item.as_variant(), depth);
  } else if constexpr (boost_count<T>) {
    out.integer(std::uint64_t{item});
  } else if constexpr (is_array_wrapper<T>) {
    out.begin_array();
    std::size_t i = 0;
    for (; i < item.count() && out.has_room(); ++i) show(out, item.address()[i], depth + 1);
    if (i < item.count()) out.left_out(item.count() - i);
    out.end_array();
  } else if constexpr (shape == item_shape::number) {
    show_number(out, item);
  } else if constexpr (shape == item_shape::text || shape == item_shape::sequence ||
                       shape == item_shape::keyed) {
    show_range(out, item, item.size(), depth + 1);
  } else if constexpr (shape == item_shape::fixed) {
    show_range(out, item, std::size(item), depth + 1);
  } else if constexpr (std::is_same_v<T, std::monostate>) {
    out.null();
  } else if constexpr (shape == item_shape::parts) {
    out.begin_array();
    std::apply([&](const auto&... part) { (show(out, part, depth + 1), ...); }, item);
    out.end_array();
  } else if constexpr (shape == item_shape::perhaps) {
    if (item) {
      show(out, static_cast<const held_type<T>&>(*item), depth + 1);
    } else {
      out.null();
    }
  } else if constexpr (shape == item_shape::either) {
    std::visit([&](const auto& held) { show(out, held, depth + 1); }, item);
  } else if constexpr (shape == item_shape::span) {
    show_number(out, item.count());
  } else if constexpr (shape == item_shape::moment) {
    show_number(out, item.time_since_epoch().count());
  } else if constexpr (described<T> && !has_visible_serialize<T>) {
    show_members(out, item, depth + 1);
  } else if constexpr (!has_serialize_or_description<T>) {
    require_description<T>();
  } else {
    show_fields(out, item, depth + 1);
  }
}

}  // namespace detail

/// The item as JSON, for people to read: described structs as objects; types with a serialize function as
/// objects where all their fields have names (nvp), else as arrays; durations and enums as numbers. Past 64
/// KiB the rest is left out, with a note. Any thread. Throws what a serialize function throws.
template <class T>
std::string to_json(const T& item) {
  json_writer out{json_view_limit};
  detail::show(out, item, 0);
  return out.take();
}

}  // namespace penstock
