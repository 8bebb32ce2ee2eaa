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
    bool by_name = false;          ///< the value is an object that names it, and holds it
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
  template <class T>
  fitting fit(const json_value& from, T& item);
  template <class T>
  void read_named(const json_value& from, std::size_t number, T& item);
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

}  // namespace detail
}  // namespace penstock

#include <penstock/messages/json_reader_read.hpp>
#include <penstock/messages/json_reader_variant.hpp>

namespace penstock {

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
