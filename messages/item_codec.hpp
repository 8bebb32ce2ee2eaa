#pragma once

#include <cstddef>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include <penstock/messages/batch.hpp>
#include <penstock/messages/item_schema.hpp>

namespace penstock {

/// How to write down an item whose type is erased, and how to read it back. One constant object per type; any
/// thread.
struct item_codec {
  void (*encode)(const void* item,
                 std::vector<std::byte>& into);  ///< appends the item's bytes; throws codec_error
  /// The items that `encode` wrote, each from bytes of its own, in one batch: those before the first that
  /// can't be read, which sets `failed`. Safe with bytes of unknown origin. Null for types that can't be read
  /// back, as they have no default constructor.
  batch (*decode)(std::span<const std::span<const std::byte>> items, std::exception_ptr& failed);
  /// The item in an archive from a file, which another version of the program may have written; alone in a
  /// batch. Throws codec_error. Null as `decode` is. `notes` may be null.
  batch (*restore)(const written_item& from, read_notes* notes);
  std::string (*json)(const void* item);
  const char* type;             ///< its name
  item_schema_ref (*schema)();  ///< of what `encode` writes
};

/// Where an item's codec comes from. Only <penstock/messages/codec.hpp> defines it, so that files which never
/// write items down need not read Boost's archives.
template <class T>
struct codec_source;

/// True where <penstock/messages/codec.hpp> was included before the first use with T.
template <class T>
concept codec_available = requires {
  sizeof(codec_source<T>);
};

/// The codec of T; the same object for every caller.
template <class T>
const item_codec& item_codec_of() {
  static_assert(codec_available<T>,
                "penstock: this stage writes items down (dead_letter): include "
                "<penstock/messages/codec.hpp>, and give the item "
                "type BOOST_DESCRIBE_STRUCT or a Boost serialize function");
  return codec_source<T>::get();
}

}  // namespace penstock
