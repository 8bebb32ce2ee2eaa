#pragma once

// How json_reader finds the alternative of a variant. Included by json_reader.hpp alone.

#include <penstock/messages/json_reader.hpp>

namespace penstock::detail {

/// The number of the alternative whose type `from` names, as in `{"name of the type": value}`; none if it
/// names none.
template <class T, std::size_t I = 0>
std::size_t alternative_named(const json_value& from) {
  if constexpr (I == std::variant_size_v<T>) {
    return std::variant_npos;
  } else {
    const auto* object = std::get_if<json_value::object>(&from.is);
    if (object == nullptr || object->members.size() != 1) return std::variant_npos;
    const bool is_this = object->members.front().first == type_name<std::variant_alternative_t<I, T>>();
    return is_this ? I : alternative_named<T, I + 1>(from);
  }
}

/// The alternative that is named, or the only one that fits.
template <class T>
void json_reader::read_alternative(const json_value& from, T& item) {
  const std::pair<const json_value*, const void*> key{&from, &type_name<T>()};
  // Variants in variants ask for the same value again and again.
  const auto known = fitting_.find(key);
  const bool is_known = known != fitting_.end();
  const fitting found = is_known ? known->second : fitting_.emplace(key, fit(from, item)).first->second;
  if (found.name == nullptr) refuse("fits no alternative of " + type_name<T>());
  if (found.second != nullptr) {
    refuse(std::string{found.by_name ? "names " : "fits "} + found.name + " and " +
           (found.by_name ? "fits " : "") + found.second + " of " + type_name<T>() +
           R"(; say which, as in {")" + (found.by_name ? found.second : found.name) + R"(": ...})");
  }
  if (found.by_name) return read_named(from, found.alternative, item);
  if (!is_known) return;  // it was read to see whether it fits
  ++strict_;
  read_numbered(from, found.alternative, item);
  --strict_;
}

/// Looks at the value as it is, which `item` is then where that fits, and as one that names its alternative:
/// a map whose only key is such a name may be both.
template <class T>
json_reader::fitting json_reader::fit(const json_value& from, T& item) {
  fitting plain;
  ++strict_;
  try_alternatives(from, item, plain);
  --strict_;
  fitting named;
  named.alternative = alternative_named<T>(from);
  if (named.alternative == std::variant_npos) return plain;
  named.by_name = true;
  named.name = std::get<json_value::object>(from.is).members.front().first.c_str();
  named.second = plain.name;
  if (plain.name == nullptr) return named;
  read_notes* const notes = std::exchange(notes_, nullptr);
  try {
    T other{};
    read_named(from, named.alternative, other);
  } catch (const codec_error&) {
    notes_ = notes;
    if (left_ == 0) throw;
    return plain;
  }
  notes_ = notes;
  return named;
}

template <class T>
void json_reader::read_named(const json_value& from, std::size_t number, T& item) {
  const auto& [name, value] = std::get<json_value::object>(from.is).members.front();
  const step here{*this, member(name)};
  read_numbered(value, number, item);
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

}  // namespace penstock::detail
