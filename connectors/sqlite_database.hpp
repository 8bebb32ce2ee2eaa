#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace penstock {

/// A SQLite file that is a job queue. It is made whole or not at all: two programs that start at once get the
/// same file, and none ever sees half of one. One thread at a time. All calls throw job_queue_error.
class sqlite_database {
 public:
  /// Opens `file`; makes it where it is missing, if `create`. Refuses what is no job queue or of a newer
  /// penstock, and a place that can't be written.
  sqlite_database(std::filesystem::path file, bool create);

  class statement;
  class transaction;

  /// Absolute, without links: what SQLite's other two files are named after.
  const std::filesystem::path& file() const { return file_; }
  std::filesystem::path log_file() const { return file_.string() + "-wal"; }

  void run(const char* sql);
  std::int64_t changes() const;

  /// Nobody else can see what is written once the file has gone. Throws in that case.
  void check_place() const;

  /// Throws `problem` for what SQLite said last.
  [[noreturn]] void fail(int code) const;

  /// So many bytes of the log's place on the disk are set apart, so that a verdict can be written when it is
  /// full. Does what it can.
  void reserve(std::size_t bytes);
  /// Writes the log into the file, so that its place is used anew.
  void checkpoint();

 private:
  struct closer {
    void operator()(sqlite3* connection) const;
  };

  void make_file();
  void open(const std::filesystem::path& file, int flags);
  std::int64_t number(const char* sql);
  void check_kind();
  std::uint64_t file_number() const;

  std::filesystem::path file_;
  std::uint64_t number_ = 0;  ///< of the file that is open, on its disk
  std::unique_ptr<sqlite3, closer> connection_;
};

/// One prepared statement. Parameters and columns are used in their order.
class sqlite_database::statement {
 public:
  statement(sqlite_database& of, const char* sql);
  ~statement();
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  // What is bound must live until the statement has run.
  statement& bind(std::string_view text);
  statement& bind(const char* text) { return bind(std::string_view{text}); }
  statement& bind(std::int64_t number);
  statement& bind(const std::vector<std::byte>& bytes);

  /// True while there is a row.
  bool step();

  std::string text();
  std::int64_t number();
  std::vector<std::byte> blob();

 private:
  void check(int code) const;

  sqlite_database& of_;
  sqlite3_stmt* handle_ = nullptr;
  int bound_ = 0;
  int read_ = 0;
};

/// All or nothing, and no other writer in between. Rolled back unless it is committed.
class sqlite_database::transaction {
 public:
  explicit transaction(sqlite_database& of) : of_{of} { of_.run("BEGIN IMMEDIATE"); }
  ~transaction();
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  void commit();

 private:
  sqlite_database& of_;
  bool open_ = true;
};

}  // namespace penstock
