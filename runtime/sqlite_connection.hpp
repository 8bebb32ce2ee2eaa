#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace penstock {

/// What SQLite could not do. Plain data.
struct sqlite_failure {
  enum class kind {
    no_room,  ///< on the disk, or below the limit of the file; the same call may succeed later
    busy,     ///< somebody else has held the file for as long as one waits; the same call may succeed later
    corrupt,  ///< the file is damaged, or none of SQLite's
    other,
  };

  bool is_passing() const { return is == kind::no_room || is == kind::busy; }

  kind is = kind::other;
  int code = 0;        ///< SQLite's, extended
  std::string reason;  ///< what SQLite says, with the system's reason behind it where there is one
};

/// One connection with a SQLite file. It knows nothing of what is in it. One thread at a time.
///
/// Each statement is prepared once and kept for as long as the connection; so use literals, or few texts.
class sqlite_connection {
 public:
  enum class open_mode { existing, create };

  /// How long to wait for another program that writes to the same file.
  static constexpr int busy_timeout_ms = 10'000;

  /// `raise` is called with what went wrong in any call, also in this one, and throws what suits its owner.
  using complaint = std::function<void(const sqlite_failure&)>;

  sqlite_connection(const std::filesystem::path& file, open_mode mode, complaint raise);
  ~sqlite_connection();
  sqlite_connection(const sqlite_connection&) = delete;
  sqlite_connection& operator=(const sqlite_connection&) = delete;

  class statement;
  class transaction;

  /// One statement without parameters; its rows are passed over.
  void run(std::string_view sql);
  /// Several at once, which are not kept.
  void run_script(const char* sql);
  /// The first column of the first row; 0 if there is none.
  std::int64_t number(std::string_view sql);
  /// Rows that the last statement changed.
  std::int64_t changes() const;

  /// The file can't be written.
  bool is_read_only() const;
  bool in_transaction() const;

  /// Calls `raise` with what SQLite said last.
  [[noreturn]] void fail(int code) const;

  /// For what has no name here.
  sqlite3* handle() const { return connection_.get(); }

 private:
  struct closer {
    void operator()(sqlite3* connection) const;
  };
  struct finalizer {
    void operator()(sqlite3_stmt* of) const;
  };
  struct prepared {
    std::unique_ptr<sqlite3_stmt, finalizer> is;
    bool in_use = false;
  };

  std::unique_ptr<sqlite3_stmt, finalizer> prepare(std::string_view sql) const;

  complaint raise_;
  std::unique_ptr<sqlite3, closer> connection_;
  std::unordered_map<std::string_view, prepared> statements_;  ///< by the text that each statement keeps
};

/// One use of a statement. Parameters and columns are used in their order. Nothing of it throws when it goes.
class sqlite_connection::statement {
 public:
  statement(sqlite_connection& of, std::string_view sql);
  ~statement();
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  // What is bound is not copied, and must live until the statement has run.
  statement& bind(std::string_view text);
  statement& bind(const char* text) { return bind(std::string_view{text}); }
  statement& bind(std::int64_t number);
  statement& bind(std::span<const std::byte> bytes);

  /// True while there is a row.
  bool step();
  /// Makes it ready for other values.
  statement& again();

  std::string text();
  std::int64_t number();
  std::vector<std::byte> blob();
  // Of the next column.
  bool is_null() const;
  bool is_number() const;

 private:
  void check(int code) const;

  sqlite_connection& of_;
  sqlite3_stmt* handle_ = nullptr;
  bool* in_use_ = nullptr;  ///< of the one that is kept; null where that was in use, and this is another
  int bound_ = 0;
  int read_ = 0;
};

/// All or nothing, and no other writer in between. Rolled back unless it is committed.
class sqlite_connection::transaction {
 public:
  explicit transaction(sqlite_connection& of) : of_{of} { of_.run("BEGIN IMMEDIATE"); }
  ~transaction();
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  void commit();
  void roll_back();

 private:
  sqlite_connection& of_;
  bool open_ = true;
};

}  // namespace penstock
