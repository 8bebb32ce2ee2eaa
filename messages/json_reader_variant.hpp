#pragma once

// How json_reader finds the alternative of a variant. Included by json_reader.hpp alone.

#include <penstock/messages/json_reader.hpp>

namespace penstock::detail {

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

}  // namespace penstock::detail
