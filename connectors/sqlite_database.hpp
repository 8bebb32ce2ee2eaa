#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <penstock/connectors/disk_room.hpp>
#include <penstock/connectors/sqlite_turns.hpp>
#include <penstock/runtime/sqlite_connection.hpp>

namespace penstock {

/// A SQLite file that is a job queue. It is made whole or not at all: two programs that start at once get the
/// same file, and none ever sees half of one. One thread at a time. All calls throw job_queue_error, also
/// those of the connection.
class sqlite_database {
 public:
  using statement = sqlite_connection::statement;
  using transaction = sqlite_connection::transaction;

  /// Opens `file`; makes it where it is missing, if `create`. Refuses what is no job queue or of a newer
  /// penstock, and a place that can't be written.
  sqlite_database(std::filesystem::path file, bool create);

  /// Absolute, without links: what SQLite's other two files are named after.
  const std::filesystem::path& file() const { return file_; }
  std::filesystem::path log_file() const { return file_.string() + "-wal"; }

  sqlite_connection& connection() { return *connection_; }

  /// Nobody else can see what is written once the file has gone. Throws in that case.
  void check_place() const;

  /// Throws what to do with a file that says two things at once, after a look at all of it.
  [[noreturn]] void refuse_damaged(const std::string& sign);

  /// So many bytes of the log's place on the disk are set apart, so that a verdict can be written when it is
  /// full. Does what it can.
  void reserve(std::size_t bytes);
  disk_figures figures();
  /// In a transaction: bytes that it may write so that the log finds its place in the file afterwards.
  /// Nothing if that may be too little, so that the log should begin anew first, unless it has.
  std::optional<std::uint64_t> room_for_a_write(bool log_is_new);
  /// The last call that threw found no room on the disk.
  bool lacked_room() const { return lacked_room_; }
  /// Of those that begin the log anew, or write to one that should be.
  sqlite_turns& turns();
  /// Writes the log into the file, so that its place is used anew.
  void checkpoint();

 private:
  void make_file();
  void open(const std::filesystem::path& file, sqlite_connection::open_mode mode);
  void check_kind();
  std::uint64_t file_number() const;
  std::uint64_t free_on_disk() const;

  std::filesystem::path file_;
  std::uint64_t number_ = 0;  ///< of the file that is open, on its disk
  bool lacked_room_ = false;
  std::unique_ptr<sqlite_connection> connection_;
  std::unique_ptr<sqlite_turns> turns_;  ///< once somebody has waited for one
};

}  // namespace penstock
