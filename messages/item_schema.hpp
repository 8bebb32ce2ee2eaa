#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

/// How the items of a type are written down, for programs that know the type in another form. Plain data.
struct item_schema {
  std::string hash;         ///< of the description; 16 hexadecimal digits
  std::string description;  ///< JSON
};

/// Null where nobody knew.
using item_schema_ref = std::shared_ptr<const item_schema>;

/// An item's archive with what is known of the program that wrote it. Refers to all of it.
struct written_item {
  std::span<const std::byte> archive;
  std::string_view type;                ///< its name; empty where nobody knew
  const item_schema* schema = nullptr;  ///< null: written before there were schemas
};

/// What a reader of items noticed and read all the same. Plain data; whoever reads many items says each once.
struct read_notes {
  /// So many members are noted of an item; it may come from anybody.
  static constexpr std::size_t most = 16;

  /// That were there and are none of the type's: the way to each, once, as "points[].colour".
  std::vector<std::string> ignored_members;
  bool without_schema = false;  ///< taken on trust, as the type's name is the same

  /// `way` with the numbers of elements, as "points[3].colour".
  void ignored(std::string_view way);
};

}  // namespace penstock
