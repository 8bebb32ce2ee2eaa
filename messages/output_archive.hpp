#pragma once

#include <bit>
#include <boost/archive/detail/common_oarchive.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <penstock/messages/described.hpp>
#include <penstock/messages/item_shape.hpp>
#include <penstock/messages/serializable.hpp>
#include <penstock/messages/user_serialize.hpp>

namespace penstock {

/// Items nested deeper than this are neither written nor read, so that hostile bytes can't exhaust the stack.
inline constexpr int archive_depth_limit = 400;

/// A Boost saving archive: items as bytes, the same on every machine (numbers little-endian and of fixed
/// width, counts of variable length, bytes for nothing but values). Standard containers, described structs
/// and types with a Boost serialize function; no pointers but unique_ptr and shared_ptr, whose object is
/// written each time. One thread.
///
/// Throws codec_error for what is nested too deeply, and what a serialize function throws.
class output_archive final : public boost::archive::detail::common_oarchive<output_archive> {
 public:
  /// Appends to `into`, which must outlive the archive.
  explicit output_archive(std::vector<std::byte>& into);

  /// Bytes as they are, without their number.
  void save_binary(const void* bytes, std::size_t count);

 private:
  friend class boost::archive::detail::interface_oarchive<output_archive>;
  friend class boost::archive::detail::common_oarchive<output_archive>;

  class level {
   public:
    explicit level(output_archive& of);
    ~level() { --of_.depth_; }
    level(const level&) = delete;
    level& operator=(const level&) = delete;

   private:
    output_archive& of_;
  };

  template <class T>
  void save_override(const T& item) {
    write(item);
  }
  template <detail::tracking_record T>
  void save_override(const T&) {
    refuse_tracking();
  }

  template <class T>
  void write(const T& item);
  template <class T>
  void write_number(T number);
  template <class T>
  void write_block(const T* numbers, std::size_t count);
  template <class T>
  void write_other(const T& item);
  /// One element of a container; takes at least one byte, so that a count can be checked against what is
  /// left.
  template <class T>
  void write_element(const T& element);
  void write_count(std::uint64_t count);
  [[noreturn]] static void refuse_tracking();

  std::vector<std::byte>& into_;
  int depth_ = 0;
};

template <class T>
void output_archive::write(const T& item) {
  using detail::item_shape;
  constexpr item_shape shape = detail::shape_of<T>::value;
  if constexpr (!may_be_written<T>) {
    detail::require_writable<T>();
  } else if constexpr (detail::is_nvp<T>) {
    write(item.const_value());
  } else if constexpr (detail::boost_count<T>) {
    write_count(item);
  } else if constexpr (detail::is_array_wrapper<T>) {
    for (std::size_t i = 0; i < item.count(); ++i) write(item.address()[i]);
  } else if constexpr (shape == item_shape::number) {
    write_number(item);
  } else if constexpr (shape == item_shape::text) {
    write_count(item.size());
    write_block(item.data(), item.size());
  } else if constexpr (shape == item_shape::sequence && detail::number_block<T>) {
    write_count(item.size());
    write_block(item.data(), item.size());
  } else if constexpr (shape == item_shape::sequence || shape == item_shape::keyed) {
    const level deeper{*this};
    write_count(item.size());
    for (const auto& element : item) write_element<typename T::value_type>(element);
  } else if constexpr (shape == item_shape::fixed) {
    const level deeper{*this};
    for (const auto& element : item) write(element);
  } else if constexpr (shape == item_shape::parts) {
    const level deeper{*this};
    if constexpr (!std::is_same_v<T, std::monostate>) {
      std::apply([this](const auto&... part) { (this->write(part), ...); }, item);
    }
  } else if constexpr (shape == item_shape::perhaps) {
    static_assert(
        !std::is_polymorphic_v<detail::held_type<T>>,
        "penstock: a pointer to a class with virtual functions can't be written down; use std::variant");
    const level deeper{*this};
    write_number(static_cast<bool>(item));
    if (item) write(static_cast<const detail::held_type<T>&>(*item));
  } else if constexpr (shape == item_shape::either) {
    const level deeper{*this};
    write_count(item.index());
    std::visit([this](const auto& held) { this->write(held); }, item);
  } else if constexpr (shape == item_shape::span) {
    write_number(item.count());
  } else if constexpr (shape == item_shape::moment) {
    write_number(item.time_since_epoch().count());
  } else {
    write_other(item);
  }
}

template <class T>
void output_archive::write_number(T number) {
  write_block(&number, 1);
}

template <class T>
void output_archive::write_block(const T* numbers, std::size_t count) {
  detail::require_number<T>();
  if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) {
    save_binary(numbers, count * sizeof(T));
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const auto* first = reinterpret_cast<const std::byte*>(numbers + i);
      for (std::size_t b = sizeof(T); b > 0; --b) into_.push_back(first[b - 1]);
    }
  }
}

template <class T>
void output_archive::write_element(const T& element) {
  const auto before = into_.size();
  write(element);
  if (into_.size() == before) into_.push_back(std::byte{0});
}

template <class T>
void output_archive::write_other(const T& item) {
  const level deeper{*this};
  if constexpr (described<T> && !detail::has_visible_serialize<T>) {
    for_each_member(item, [this](const char*, const auto& member) { this->write(member); });
  } else if constexpr (!detail::has_serialize_or_description<T>) {
    detail::require_description<T>();
  } else {
    constexpr unsigned version = boost::serialization::version<T>::value;
    if constexpr (detail::writes_version<T>) write_count(version);
    // Saving does not change the item; Boost's functions serve both ways and so take no const.
    boost::serialization::serialize_adl(*this, const_cast<T&>(item), version);
  }
}

}  // namespace penstock
