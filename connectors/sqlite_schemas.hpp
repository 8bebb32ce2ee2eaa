#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/messages/item_schema.hpp>
#include <penstock/runtime/sqlite_connection.hpp>

namespace penstock {

/// How the items of a queue's file are written, and which programs can't read which. A reader is the hash of
/// the schema that a program takes; a set of them is a row, and each job names the set of those that could
/// not read it; 0 is the empty one. One thread at a time; throws what its connection throws.
class sqlite_schemas {
 public:
  explicit sqlite_schemas(sqlite_connection& file) : file_{file} {}

  /// Writes the description down if it is not there yet.
  void keep(const item_schema& schema);
  /// Null for "". One whose description is lost has none, and can't be read by another program.
  item_schema_ref of(const std::string& hash);

  /// Those without the reader, the empty one first.
  std::vector<std::int64_t> sets_without(std::string_view reader);
  std::vector<std::int64_t> sets_with(std::string_view reader);
  /// The one that has the reader and all that `set` has; made if there is none. Sets of no job go.
  std::int64_t set_with(std::int64_t set, std::string_view reader);
  std::vector<std::string> readers_of(std::int64_t set);

 private:
  std::vector<std::int64_t> sets(std::string_view reader, bool with);

  sqlite_connection& file_;
  std::map<std::string, item_schema_ref, std::less<>> known_;
};

}  // namespace penstock
