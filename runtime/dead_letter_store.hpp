#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <penstock/messages/dead_letter.hpp>
#include <penstock/messages/error.hpp>

namespace penstock {

class sqlite_connection;
struct open_letter;

/// A file of dead letters could not be opened, written or read. The text names the file and the reason.
class dead_letter_store_error : public dead_letter_error {
 public:
  dead_letter_store_error(const std::filesystem::path& file, const std::string& reason, bool no_room = false);
  const std::filesystem::path& file() const { return *file_; }

 private:
  std::shared_ptr<const std::filesystem::path>
      file_;  ///< shared, so that copying the exception throws nothing
};

/// Dead letters in a SQLite file (table `dead_letters`, and `schemas` for how their items are written), which
/// other programs may read at the same time. A letter is on disk when `write` returns. The same letter
/// (graph, run, job, stage, operator, item, attempt) is kept once, however often it is written. Any thread.
class dead_letter_store final : public dead_letter_sink {
 public:
  /// Opens `file`, makes it where it is missing; refuses a database of another kind. `max_bytes` limits its
  /// size; 0: only the disk does. Throws dead_letter_store_error.
  explicit dead_letter_store(std::filesystem::path file, std::uint64_t max_bytes = 0);
  /// Opens a file that is there and has dead letters, for whoever looks at them. Leaves others as they are.
  /// Throws dead_letter_store_error.
  static dead_letter_store existing(std::filesystem::path file);
  ~dead_letter_store() override;

  const std::filesystem::path& file() const { return file_; }

  /// Throws dead_letter_store_error; after one with `no_room` the letter may be written again later.
  void write(const dead_letter_record& letter) override;
  /// In one transaction; where it does not take all, the first half of them, and so on.
  std::size_t write_some(std::span<const dead_letter_record* const> letters) override;

  /// The letters in the order of writing, the oldest first. Throws dead_letter_store_error.
  std::vector<dead_letter_record> list() const;
  std::size_t count() const;
  /// The letter with this id; nothing if there is none. Throws dead_letter_store_error.
  std::optional<dead_letter_record> find(std::int64_t id) const;
  /// Deletes the letter; false if there is none with this id. Throws dead_letter_store_error.
  bool remove(std::int64_t id);
  /// Those of a graph that were not replayed yet, the oldest first. Throws dead_letter_store_error.
  std::vector<open_letter> to_replay(const std::string& graph) const;
  /// Nothing if there is no such letter. Throws dead_letter_store_error.
  void mark_replayed(std::int64_t id);

 private:
  struct look_first {};
  dead_letter_store(std::filesystem::path file, std::uint64_t max_bytes, look_first);

  void open(bool may_make);
  void check_kind(bool may_be_empty);
  void set_up(std::uint64_t max_bytes);
  bool has_column(const char* name);
  void add_missing_columns();
  void insert_all(std::span<const dead_letter_record* const> letters);
  void insert(const dead_letter_record& letter);
  bool keep_schema(const item_schema& schema);
  std::vector<dead_letter_record> read(const char* sql, std::optional<std::int64_t> id) const;
  item_schema_ref schema_of(const std::string& hash) const;

  std::filesystem::path file_;
  std::string own_run_;
  mutable std::mutex mutex_;
  std::unique_ptr<sqlite_connection> connection_;
  bool busy_ = false;              ///< the last failure was that another program had the file
  std::set<std::string> written_;  ///< hashes of schemas that are in the file for certain
  mutable std::map<std::string, item_schema_ref> known_;  ///< schemas that were read, by hash
};

}  // namespace penstock
