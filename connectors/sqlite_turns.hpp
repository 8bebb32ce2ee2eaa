#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <penstock/runtime/sqlite_connection.hpp>

namespace penstock {

/// Lets the programs that use a queue do something one after the other. What they wait for is the lock of a
/// SQLite file beside the queue, `QUEUE-turn`, in which never anything is written: it needs no room, the
/// kernel frees it when a process ends, and it is waited for as the queue itself is, no longer.
class sqlite_turns {
 public:
  /// Opens the file, makes it where it is missing. Where that is not possible, everybody has a turn at once.
  explicit sqlite_turns(const std::filesystem::path& queue);

  /// This program's, for as long as the object.
  class turn {
   public:
    /// Throws job_queue_error, of the passing kind, if another program keeps its own for too long.
    explicit turn(sqlite_turns& of);

   private:
    std::optional<sqlite_connection::transaction> held_;
  };

  /// Null if there is none.
  sqlite_connection* connection() { return lock_ ? &*lock_ : nullptr; }

 private:
  std::optional<sqlite_connection> lock_;
};

}  // namespace penstock
