#pragma once

#include <bit>
#include <boost/archive/detail/common_iarchive.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <penstock/messages/described.hpp>
#include <penstock/messages/item_shape.hpp>
#include <penstock/messages/serializable.hpp>
#include <penstock/messages/user_serialize.hpp>

namespace penstock {

/// A Boost loading archive for what output_archive wrote. It trusts no byte: every count is checked against
/// the bytes that are left before anything is allocated, and nesting is limited. A serialize function that
/// reads a number and allocates so much must check it by itself. One thread.
///
/// Throws codec_error for bytes that are no such item, and what a serialize function throws.
class input_archive final : public boost::archive::detail::common_iarchive<input_archive> {
 public:
  /// `from` must outlive the archive.
  explicit input_archive(std::span<const std::byte> from);

  /// Bytes that were not read yet.
  std::size_t remaining() const { return left_.size(); }

  /// So many bytes as they are.
  void load_binary(void* bytes, std::size_t count);

 private:
  friend class boost::archive::detail::interface_iarchive<input_archive>;
  friend class boost::archive::detail::common_iarchive<input_archive>;

  class level {
   public:
    explicit level(input_archive& of);
    ~level() { --of_.depth_; }
    level(const level&) = delete;
    level& operator=(const level&) = delete;

   private:
    input_archive& of_;
  };

  // Boost passes wrappers (nvp) as const.
  template <class T>
  void load_override(T& item) {
    read(const_cast<std::remove_const_t<T>&>(item));
  }
  template <detail::tracking_record T>
  void load_override(T&) {
    refuse("pointers with tracking are not read");
  }

  template <class T>
  void read(T& item);
  template <class T>
  void read_number(T& number);
  template <class T>
  void read_block(T* numbers, std::size_t count);
  template <class T>
  T read_element();
  template <class T>
  void read_elements(T& container);
  template <class T>
  void read_perhaps(T& item);
  template <std::size_t I = 0, class T>
  void read_alternative(T& item, std::size_t index);
  template <class T>
  void read_other(T& item);

  std::uint64_t read_count();
  /// A count of elements that take at least `element_size` bytes each.
  std::size_t read_element_count(std::size_t element_size);
  unsigned read_version(unsigned newest, const std::type_info& type);
  [[noreturn]] void refuse(const std::string& reason) const;

  std::span<const std::byte> left_;
  std::size_t size_;
  int depth_ = 0;
};

}  // namespace penstock

#include <penstock/messages/input_archive_read.hpp>
