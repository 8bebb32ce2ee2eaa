#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

/// What a Redis server says of itself, as far as a queue cares. Plain data.
struct redis_server_facts {
  std::string version;
  std::string run;                      ///< another text after each start of the server
  bool loading = false;                 ///< it still reads its data from the disk
  std::optional<bool> keeps_file;       ///< it has an append-only file
  std::uint64_t memory_limit = 0;       ///< bytes; 0: none
  std::optional<std::string> eviction;  ///< what it does at its limit

  /// Of the answer to INFO; what it does not say is empty.
  static redis_server_facts parse(std::string_view info);

  /// At least 6.2.
  bool is_recent() const;
  /// Whether it keeps jobs is known.
  bool is_known() const { return keeps_file && eviction; }
  /// How it may lose jobs and what to set; empty: as far as is known it keeps them.
  std::string forgets() const;
};

}  // namespace penstock
