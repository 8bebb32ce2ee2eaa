#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <penstock/messages/described.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/messages/item_shape.hpp>
#include <penstock/messages/json_value.hpp>
#include <penstock/messages/serializable.hpp>
#include <penstock/messages/type_name.hpp>
#include <penstock/messages/user_serialize.hpp>

namespace penstock {
namespace detail {

/// Reads an item from the JSON that `to_json` writes. Strict: each member is there, none is unknown, numbers
/// fit.
class json_reader {
 public:
  template <class T>
  void read(const json_value& from, T& item);

 private:
  /// The way to a value, while it is read; what is left of it says where an exception came from.
  class step {
   public:
    step(json_reader& of, const std::string& name) : of_{of}, length_{of.path_.size()} { of_.path_ += name; }
    ~step() { of_.path_.resize(length_); }
    step(const step&) = delete;
    step& operator=(const step&) = delete;

   private:
    json_reader& of_;
    std::size_t length_;
  };
  std::string index(std::size_t i) const { return "[" + std::to_string(i) + "]"; }
  std::string member(const std::string& name) const { return path_.empty() ? name : "." + name; }

  [[noreturn]] void refuse(const std::string& problem) const {
    throw codec_error{"penstock: " + (path_.empty() ? std::string{"the item"} : "'" + path_ + "'") + " " +
                      problem};
  }
  [[noreturn]] void expected(const std::string& wanted, const json_value& got) const {
    refuse("should be " + wanted + " and is " + got.kind());
  }
  const json_value::array& array_of(const json_value& from) const {
    if (const auto* found = std::get_if<json_value::array>(&from.is)) return *found;
    expected("an array", from);
  }
  const json_value::array& array_of(const json_value& from, std::size_t length) const {
    const auto& found = array_of(from);
    if (found.items.size() != length) expected("an array of " + std::to_string(length), from);
    return found;
  }
  const json_value::object& object_of(const json_value& from) const {
    if (const auto* found = std::get_if<json_value::object>(&from.is)) return *found;
    expected("an object", from);
  }

  template <class T>
  void read_number(const json_value& from, T& number);
  template <class T>
  void read_real(const json_value& from, T& number);
  template <class T>
  T read_new(const json_value& from) {
    T item{};
    read(from, item);
    return item;
  }
  template <class T>
  void read_elements(const json_value& from, T& container);
  template <class T>
  void read_map(const json_value& from, T& container);
  template <class T>
  void read_perhaps(const json_value& from, T& item);
  template <std::size_t I = 0, class T>
  void read_alternative(const json_value& from, T& item);
  template <class T>
  void read_members(const json_value& from, T& item);

  std::string path_;
};

template <class T>
void json_reader::read(const json_value& from, T& item) {
  constexpr item_shape shape = shape_of<T>::value;
  if constexpr (!may_be_written<T>) {
    require_writable<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    const auto* text = std::get_if<std::string>(&from.is);
    if (text == nullptr) expected("a text", from);
    item = *text;
  } else if constexpr (std::is_same_v<T, std::monostate>) {
    if (!std::holds_alternative<std::monostate>(from.is)) expected("null", from);
  } else if constexpr (shape == item_shape::number) {
    read_number(from, item);
  } else if constexpr (shape == item_shape::text || shape == item_shape::sequence ||
                       shape == item_shape::keyed) {
    item.clear();
    if constexpr (mapping<T>) {
      read_map(from, item);
    } else {
      read_elements(from, item);
    }
  } else if constexpr (shape == item_shape::fixed) {
    const auto& list = array_of(from, std::size(item));
    std::size_t i = 0;
    for (auto& element : item) {
      const step here{*this, index(i)};
      read(list.items[i++], element);
    }
  } else if constexpr (shape == item_shape::parts) {
    const auto& list = array_of(from, std::tuple_size_v<T>);
    std::size_t i = 0;
    const auto read_part = [&](auto& part) {
      const step here{*this, index(i)};
      this->read(list.items[i++], part);
    };
    std::apply([&](auto&... part) { (read_part(part), ...); }, item);
  } else if constexpr (shape == item_shape::perhaps) {
    read_perhaps(from, item);
  } else if constexpr (shape == item_shape::either) {
    read_alternative(from, item);
  } else if constexpr (shape == item_shape::span) {
    item = T{read_new<typename T::rep>(from)};
  } else if constexpr (shape == item_shape::moment) {
    item = T{typename T::duration{read_new<typename T::rep>(from)}};
  } else if constexpr (described<T> && !has_visible_serialize<T>) {
    read_members(from, item);
  } else if constexpr (!has_serialize_or_description<T>) {
    require_description<T>();
  } else {
    refuse("is a " + type_name<T>() +
           ", which has a serialize function and can't be read from JSON; describe it");
  }
}

template <class T>
void json_reader::read_number(const json_value& from, T& number) {
  if constexpr (std::is_enum_v<T>) {
    number = static_cast<T>(read_new<std::underlying_type_t<T>>(from));
  } else if constexpr (std::is_same_v<T, bool>) {
    const auto* value = std::get_if<bool>(&from.is);
    if (value == nullptr) expected("true or false", from);
    number = *value;
  } else if constexpr (std::is_same_v<T, char>) {
    const auto* text = std::get_if<std::string>(&from.is);
    if (text == nullptr || text->size() != 1) expected("a text of one character", from);
    number = text->front();
  } else if constexpr (std::is_floating_point_v<T>) {
    read_real(from, number);
  } else {
    // nlohmann gives whole numbers that are not negative as unsigned.
    const auto take = [&](auto value) {
      using limits = std::numeric_limits<T>;
      const bool below = std::is_signed_v<decltype(value)> &&
                         (std::is_unsigned_v<T> || static_cast<long double>(value) < limits::min());
      if (below || static_cast<long double>(value) > static_cast<long double>(limits::max())) {
        expected(
            "a whole number from " + std::to_string(limits::min()) + " to " + std::to_string(limits::max()),
            from);
      }
      number = static_cast<T>(value);
    };
    if (const auto* negative = std::get_if<std::int64_t>(&from.is)) {
      take(*negative);
    } else if (const auto* positive = std::get_if<std::uint64_t>(&from.is)) {
      take(*positive);
    } else {
      expected("a whole number", from);
    }
  }
}

template <class T>
void json_reader::read_real(const json_value& from, T& number) {
  if (const auto* real = std::get_if<double>(&from.is)) {
    number = static_cast<T>(*real);
    if (!std::isfinite(number)) expected("a number that fits", from);
  } else if (const auto* negative = std::get_if<std::int64_t>(&from.is)) {
    number = static_cast<T>(*negative);
  } else if (const auto* positive = std::get_if<std::uint64_t>(&from.is)) {
    number = static_cast<T>(*positive);
  } else if (const auto* word = std::get_if<std::string>(&from.is)) {
    // As the writer shows what JSON has no number for.
    constexpr T infinity = std::numeric_limits<T>::infinity();
    if (*word != "nan" && *word != "inf" && *word != "-inf") expected("a number", from);
    number = *word == "nan" ? std::numeric_limits<T>::quiet_NaN() : *word == "inf" ? infinity : -infinity;
  } else {
    expected("a number", from);
  }
}

template <class T>
void json_reader::read_elements(const json_value& from, T& container) {
  std::size_t i = 0;
  for (const auto& element : array_of(from).items) {
    const step here{*this, index(i++)};
    auto made = read_new<typename T::value_type>(element);
    if constexpr (shaped<T, item_shape::keyed>) {
      container.insert(std::move(made));
    } else {
      container.push_back(std::move(made));
    }
  }
}

template <class T>
void json_reader::read_map(const json_value& from, T& container) {
  if constexpr (std::is_same_v<typename T::key_type, std::string>) {
    for (const auto& [name, value] : object_of(from).members) {
      const step here{*this, member(name)};
      container.emplace(name, read_new<typename T::mapped_type>(value));
    }
  } else {
    std::size_t i = 0;
    for (const auto& entry : array_of(from).items) {
      const step here{*this, index(i++)};
      container.emplace(read_new<std::pair<typename T::key_type, typename T::mapped_type>>(entry));
    }
  }
}

template <class T>
void json_reader::read_perhaps(const json_value& from, T& item) {
  using held = held_type<T>;
  if (std::holds_alternative<std::monostate>(from.is)) {
    item.reset();
  } else if constexpr (smart_pointer<T>) {
    auto made = std::make_unique<held>();
    read(from, *made);
    item = T{made.release()};
  } else {
    read(from, item.emplace());
  }
}

/// JSON doesn't say which alternative it is: the first that it fits.
template <std::size_t I, class T>
void json_reader::read_alternative(const json_value& from, T& item) {
  if constexpr (I == std::variant_size_v<T>) {
    refuse("fits no alternative of " + type_name<T>());
  } else {
    try {
      read(from, item.template emplace<I>());
      return;
    } catch (const codec_error&) {
      // the next one
    }
    read_alternative<I + 1>(from, item);
  }
}

template <class T>
void json_reader::read_members(const json_value& from, T& item) {
  const auto& members = object_of(from).members;
  std::size_t known = 0;
  for_each_member(item, [&](const char* name, auto& field) {
    for (const auto& each : members) {
      if (each.first != name) continue;
      const step here{*this, this->member(name)};
      this->read(each.second, field);
      ++known;
      return;
    }
    const step here{*this, this->member(name)};
    refuse("is missing");
  });
  if (known == members.size()) return;
  for (const auto& each : members) {
    bool found = false;
    for_each_member(item, [&](const char* name, auto&) { found = found || each.first == name; });
    const step here{*this, member(each.first)};
    if (!found) refuse("is no member of " + type_name<T>());
  }
}

}  // namespace detail

/// The item that `to_json` shows as `text`, or that a person wrote alike. Strict: every member must be there
/// and none more, numbers must fit. Of a variant the first alternative that the text fits is taken. Any
/// thread. Throws codec_error, which names the member; also for types that have a serialize function and no
/// description.
template <class T>
T from_json(std::string_view text) {
  static_assert(std::is_default_constructible_v<T>,
                "penstock: what is read back must be default constructible");
  try {
    T item{};
    detail::json_reader{}.read(parse_json(text), item);
    return item;
  } catch (const codec_error& e) {
    throw codec_error{"can't read " + type_name<T>() + ": " + e.what()};
  }
}

}  // namespace penstock
