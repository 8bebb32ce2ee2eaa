#pragma once

// How input_archive reads each shape of item. Included by input_archive.hpp alone.

#include <penstock/messages/input_archive.hpp>

namespace penstock {

template <class T>
void input_archive::read(T& item) {
  using detail::item_shape;
  constexpr item_shape shape = detail::shape_of<T>::value;
  if constexpr (!may_be_written<T>) {
    detail::require_writable<T>();
  } else if constexpr (detail::is_nvp<T>) {
    read(item.value());
  } else if constexpr (std::is_same_v<T, boost::serialization::collection_size_type>) {
    item = T{read_element_count(1)};
  } else if constexpr (detail::boost_count<T>) {
    item = T{static_cast<unsigned>(read_count())};
  } else if constexpr (detail::is_array_wrapper<T>) {
    for (std::size_t i = 0; i < item.count(); ++i) read(item.address()[i]);
  } else if constexpr (shape == item_shape::number) {
    read_number(item);
  } else if constexpr (shape == item_shape::text ||
                       (shape == item_shape::sequence && detail::number_block<T>)) {
    item.resize(read_element_count(sizeof(typename T::value_type)));
    read_block(item.data(), item.size());
  } else if constexpr (shape == item_shape::sequence || shape == item_shape::keyed) {
    const level deeper{*this};
    read_elements(item);
  } else if constexpr (shape == item_shape::fixed) {
    const level deeper{*this};
    for (auto& element : item) read(element);
  } else if constexpr (shape == item_shape::parts) {
    const level deeper{*this};
    if constexpr (!std::is_same_v<T, std::monostate>) {
      std::apply([this](auto&... part) { (this->read(part), ...); }, item);
    }
  } else if constexpr (shape == item_shape::perhaps) {
    const level deeper{*this};
    read_perhaps(item);
  } else if constexpr (shape == item_shape::either) {
    const level deeper{*this};
    const auto index = read_count();
    if (index >= std::variant_size_v<T>) refuse("a variant has no alternative " + std::to_string(index));
    read_alternative(item, static_cast<std::size_t>(index));
  } else if constexpr (shape == item_shape::span) {
    typename T::rep ticks{};
    read_number(ticks);
    item = T{ticks};
  } else if constexpr (shape == item_shape::moment) {
    typename T::rep ticks{};
    read_number(ticks);
    item = T{typename T::duration{ticks}};
  } else {
    read_other(item);
  }
}

template <class T>
void input_archive::read_number(T& number) {
  if constexpr (detail::is_truth_value<T>()) {
    std::uint8_t byte = 0;
    read_block(&byte, 1);
    if (byte > 1) refuse("a truth value is " + std::to_string(byte));
    number = static_cast<T>(byte == 1);
  } else {
    read_block(&number, 1);
  }
}

template <class T>
void input_archive::read_block(T* numbers, std::size_t count) {
  detail::require_number<T>();
  load_binary(numbers, count * sizeof(T));
  if constexpr (std::endian::native != std::endian::little && sizeof(T) > 1) {
    for (std::size_t i = 0; i < count; ++i) {
      auto* first = reinterpret_cast<std::byte*>(numbers + i);
      for (std::size_t b = 0; b < sizeof(T) / 2; ++b) std::swap(first[b], first[sizeof(T) - 1 - b]);
    }
  }
}

template <class T>
T input_archive::read_element() {
  const auto before = left_.size();
  T element{};
  read(element);
  if (left_.size() == before) {
    std::byte filler{};
    load_binary(&filler, 1);
  }
  return element;
}

template <class T>
void input_archive::read_elements(T& container) {
  container.clear();
  // Every element takes a byte or more. Nothing is reserved: it grows as elements are really there.
  for (auto count = read_element_count(1); count > 0; --count) {
    if constexpr (detail::mapping<T>) {
      using entry = std::pair<typename T::key_type, typename T::mapped_type>;
      if (!detail::is_new(container.emplace(read_element<entry>()))) refuse("a map has a key twice");
    } else if constexpr (detail::shaped<T, detail::item_shape::keyed>) {
      if (!detail::is_new(container.insert(read_element<typename T::value_type>()))) {
        refuse("a set has an element twice");
      }
    } else {
      container.push_back(read_element<typename T::value_type>());
    }
  }
}

template <class T>
void input_archive::read_perhaps(T& item) {
  using held = detail::held_type<T>;
  static_assert(std::is_default_constructible_v<held>,
                "penstock: what is read back must be default constructible");
  detail::require_plain_delete<T>();
  bool present = false;
  read_number(present);
  if (!present) {
    item.reset();
    return;
  }
  if constexpr (!detail::smart_pointer<T>) {
    read(item.emplace());
  } else {
    auto made = std::make_unique<held>();
    read(*made);
    item = T{made.release()};
  }
}

template <std::size_t I, class T>
void input_archive::read_alternative(T& item, std::size_t index) {
  if constexpr (I < std::variant_size_v<T>) {
    if (index == I) {
      read(item.template emplace<I>());
    } else {
      read_alternative<I + 1>(item, index);
    }
  }
}

template <class T>
void input_archive::read_other(T& item) {
  const level deeper{*this};
  if constexpr (described<T> && !detail::has_visible_serialize<T>) {
    for_each_member(item, [this](const char*, auto& member) { this->read(member); });
  } else if constexpr (!detail::has_serialize_or_description<T>) {
    detail::require_description<T>();
  } else {
    constexpr unsigned newest = boost::serialization::version<T>::value;
    unsigned version = newest;
    if constexpr (detail::writes_version<T>) version = read_version(newest, typeid(T));
    boost::serialization::serialize_adl(*this, item, version);
  }
}

}  // namespace penstock
