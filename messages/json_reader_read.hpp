#pragma once

// How json_reader reads each shape of item. Included by json_reader.hpp alone.

#include <penstock/messages/json_reader.hpp>

namespace penstock::detail {

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
      if (!is_new(container.insert(std::move(made)))) refuse("is there a second time");
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
      if (!is_new(container.emplace(name, read_new<typename T::mapped_type>(value)))) {
        refuse("is there a second time");
      }
    }
  } else {
    std::size_t i = 0;
    for (const auto& entry : array_of(from).items) {
      const step here{*this, index(i++)};
      if (!is_new(
              container.emplace(read_new<std::pair<typename T::key_type, typename T::mapped_type>>(entry)))) {
        refuse("is there a second time");
      }
    }
  }
}

template <class T>
void json_reader::read_perhaps(const json_value& from, T& item) {
  using held = held_type<T>;
  if (std::holds_alternative<std::monostate>(from.is)) {
    item.reset();
  } else if constexpr (smart_pointer<T>) {
    require_plain_delete<T>();
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
    if (notes_ != nullptr) notes_->ignored(path_);
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

}  // namespace penstock::detail
