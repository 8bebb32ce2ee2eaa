#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <penstock/messages/described.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/messages/item_schema.hpp>
#include <penstock/messages/item_shape.hpp>
#include <penstock/messages/json_value.hpp>
#include <penstock/messages/may_be_absent.hpp>
#include <penstock/messages/nearest_name.hpp>
#include <penstock/messages/serializable.hpp>
#include <penstock/messages/type_name.hpp>
#include <penstock/messages/user_serialize.hpp>

namespace penstock {
namespace detail {

/// Visits of its values that reading a text may take.
constexpr std::uint64_t json_visits(std::string_view text) { return 1000 * (1000 + text.size()); }

/// Reads an item from the JSON that `to_json` writes, or that a person wrote alike. One thread, one item.
class json_reader {
 public:
  /// `notes`, which may be null, get the members that are ignored. Work ends after so many `visits` of
  /// values: each alternative of a variant visits the value.
  json_reader(read_notes* notes, std::uint64_t visits) : notes_{notes}, left_{visits} {}

  template <class T>
  void read(const json_value& from, T& item);

  std::uint64_t visits_left() const { return left_; }

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
  /// Which alternative of a variant a value fits.
  struct fitting {
    std::size_t alternative = std::variant_npos;
    const char* name = nullptr;    ///< of its type
    const char* second = nullptr;  ///< another one's that it fits too
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
  template <class T>
  void read_alternative(const json_value& from, T& item);
  template <std::size_t I = 0, class T>
  bool read_named(const json_value& from, T& item);
  template <std::size_t I = 0, class T>
  void read_numbered(const json_value& from, std::size_t number, T& item);
  template <std::size_t I = 0, class T>
  void try_alternatives(const json_value& from, T& item, fitting& found);
  template <class T>
  void read_members(const json_value& from, T& item);
  template <class T>
  void read_enumerator(const std::string& name, T& item);
  template <class T>
  void check_absent(const json_value::object& from, T& item);

  void visit() {
    if (left_ == 0) throw codec_error{"penstock: this JSON fits too many types to tell which is meant"};
    --left_;
  }

  read_notes* notes_;
  std::uint64_t left_;
  int strict_ = 0;  ///< variants that are tried: what is unknown does not fit
  std::map<std::pair<const json_value*, const void*>, fitting> fitting_;  ///< by value and variant's type
  std::string path_;
};

template <class T>
void json_reader::read(const json_value& from, T& item) {
  visit();
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
    if constexpr (described_enum<T>) {
      if (const auto* name = std::get_if<std::string>(&from.is)) return read_enumerator(*name, number);
    }
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

template <class T>
void json_reader::read_enumerator(const std::string& name, T& item) {
  std::vector<std::string> known;
  bool found = false;
  for_each_enumerator<T>([&](const char* each, T value) {
    if (name == each) item = value;
    found = found || name == each;
    known.emplace_back(each);
  });
  if (found) return;
  const std::string* const like = nearest_name(name, known);
  refuse("is '" + name + "', which is no enumerator of " + type_name<T>() +
         (like == nullptr ? std::string{} : "; '" + *like + "' is the nearest"));
}

/// The alternative that is named, or the only one that fits.
template <class T>
void json_reader::read_alternative(const json_value& from, T& item) {
  if (read_named(from, item)) return;
  const std::pair<const json_value*, const void*> key{&from, &type_name<T>()};
  // Variants in variants ask for the same value again and again.
  if (const auto known = fitting_.find(key); known != fitting_.end() && known->second.second == nullptr) {
    if (known->second.name != nullptr) {
      ++strict_;
      read_numbered(from, known->second.alternative, item);
      --strict_;
      return;
    }
  } else if (known == fitting_.end()) {
    fitting found;
    ++strict_;
    try_alternatives(from, item, found);
    --strict_;
    fitting_.emplace(key, found);
    if (found.name != nullptr && found.second == nullptr) return;
  }
  const fitting& found = fitting_.at(key);
  if (found.name == nullptr) refuse("fits no alternative of " + type_name<T>());
  refuse(std::string{"fits "} + found.name + " and " + found.second + " of " + type_name<T>() +
         R"(; say which, as in {")" + found.name + R"(": ...})");
}

/// `{"name of the type": value}`.
template <std::size_t I, class T>
bool json_reader::read_named(const json_value& from, T& item) {
  if constexpr (I == std::variant_size_v<T>) {
    return false;
  } else {
    const auto* object = std::get_if<json_value::object>(&from.is);
    if (object == nullptr || object->members.size() != 1) return false;
    const auto& [name, value] = object->members.front();
    if (name != type_name<std::variant_alternative_t<I, T>>()) return read_named<I + 1>(from, item);
    const step here{*this, member(name)};
    read(value, item.template emplace<I>());
    return true;
  }
}

template <std::size_t I, class T>
void json_reader::read_numbered(const json_value& from, std::size_t number, T& item) {
  if constexpr (I < std::variant_size_v<T>) {
    if (number == I) {
      read(from, item.template emplace<I>());
    } else {
      read_numbered<I + 1>(from, number, item);
    }
  }
}

template <std::size_t I, class T>
void json_reader::try_alternatives(const json_value& from, T& item, fitting& found) {
  if constexpr (I < std::variant_size_v<T>) {
    using alternative = std::variant_alternative_t<I, T>;
    try {
      auto made = read_new<alternative>(from);
      const char* const name = type_name<alternative>().c_str();
      if (found.name == nullptr) {
        item.template emplace<I>(std::move(made));
        found.alternative = I;
        found.name = name;
      } else {
        found.second = name;
      }
    } catch (const codec_error&) {
      if (left_ == 0) throw;
    }
    if (found.second == nullptr) try_alternatives<I + 1>(from, item, found);
  }
}

template <class T>
void json_reader::read_members(const json_value& from, T& item) {
  const auto& members = object_of(from).members;
  check_absent(object_of(from), item);
  std::size_t known = 0;
  for_each_member(item, [&](const char* name, auto& field) {
    for (const auto& each : members) {
      if (each.first != name) continue;
      const step here{*this, this->member(name)};
      this->read(each.second, field);
      ++known;
      return;
    }
  });
  if (known == members.size()) return;
  for (const auto& each : members) {
    bool found = false;
    for_each_member(item, [&](const char* name, auto&) { found = found || each.first == name; });
    if (found) continue;
    const step here{*this, member(each.first)};
    if (strict_ > 0) refuse("is no member of " + type_name<T>());
    if (notes_ != nullptr) notes_->ignored_members.push_back(path_);
  }
}

/// Where members are absent, and may be, the item is made anew, so that they hold what a fresh one does.
template <class T>
void json_reader::check_absent(const json_value::object& from, T& item) {
  const auto is_there = [&](const char* name) {
    return std::any_of(from.members.begin(), from.members.end(),
                       [&](const auto& each) { return each.first == name; });
  };
  bool any = false;
  for_each_member_descriptor<T>([&]<class Owner, class D>() {
    if (is_there(D::name)) return;
    any = true;
    if (may_lack<T, Owner, D>()) return;
    std::vector<std::string> unknown;
    for (const auto& each : from.members) {
      bool known = false;
      for_each_member(item, [&](const char* name, auto&) { known = known || each.first == name; });
      if (!known) unknown.push_back(each.first);
    }
    const step here{*this, this->member(D::name)};
    const std::string* const like = nearest_name(D::name, unknown);
    refuse("is missing" +
           (like == nullptr ? std::string{} : ", and '" + *like + "' is there, which nobody knows"));
  });
  if constexpr (std::is_move_assignable_v<T> && std::is_default_constructible_v<T>) {
    if (any) item = T{};
  }
}

}  // namespace detail

/// The item that `to_json` shows as `text`, or that a person wrote alike. Numbers must fit; enumerators may
/// go by their names. Members that may be absent (std::optional, `may_be_absent`) then hold what `T{}` does;
/// those that T does not have are ignored, and told to `notes`, which may be null. A variant is the
/// alternative that is named, as in {"app::circle": {"r": 1}}, or else the only one that fits with no member
/// left over. Any thread. Throws codec_error, which names the member; also for types that have a serialize
/// function and no description.
template <class T>
T from_json(std::string_view text, read_notes* notes = nullptr) {
  static_assert(std::is_default_constructible_v<T>,
                "penstock: what is read back must be default constructible");
  try {
    T item{};
    detail::json_reader{notes, detail::json_visits(text)}.read(parse_json(text), item);
    return item;
  } catch (const codec_error& e) {
    throw codec_error{"can't read " + type_name<T>() + ": " + e.what()};
  }
}

}  // namespace penstock
