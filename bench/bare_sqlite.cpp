#include "bare_sqlite.hpp"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <vector>

#include "harness.hpp"

namespace bench::bare_sqlite {

namespace {

constexpr std::size_t group = 64;

struct closer {
  void operator()(sqlite3* file) const { sqlite3_close(file); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using database = std::unique_ptr<sqlite3, closer>;
using statement = std::unique_ptr<sqlite3_stmt, closer>;

void run(const database& file, const char* sql) {
  require(sqlite3_exec(file.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK,
          std::string{sql} + ": " + sqlite3_errmsg(file.get()));
}

database open(const std::filesystem::path& path) {
  sqlite3* opened = nullptr;
  const bool good = sqlite3_open(path.c_str(), &opened) == SQLITE_OK;
  database file{opened};
  require(good, "can't open " + path.string());
  run(file, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  return file;
}

statement prepare(const database& file, const char* sql) {
  sqlite3_stmt* made = nullptr;
  require(sqlite3_prepare_v2(file.get(), sql, -1, &made, nullptr) == SQLITE_OK,
          std::string{sql} + ": " + sqlite3_errmsg(file.get()));
  return statement{made};
}

/// One that has no rows.
void run(const statement& one, std::int64_t number) {
  sqlite3_bind_int64(one.get(), 1, number);
  require(sqlite3_step(one.get()) == SQLITE_DONE, "a statement failed");
  sqlite3_reset(one.get());
}

}  // namespace

void fill(const std::filesystem::path& path, std::uint64_t jobs) {
  const auto file = open(path);
  run(file,
      "CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, owner TEXT NOT NULL,"
      " until_ns INTEGER NOT NULL, deliveries INTEGER NOT NULL, put_ns INTEGER NOT NULL, json TEXT NOT NULL,"
      " archive BLOB NOT NULL);"
      "CREATE INDEX jobs_by_state ON jobs (state, id);"
      "BEGIN");
  const auto put = prepare(file, "INSERT INTO jobs VALUES (NULL, 'queued', '', 0, 0, 0, ?1, x'0102030405')");
  for (std::uint64_t job = 0; job < jobs; ++job) run(put, static_cast<std::int64_t>(job));
  run(file, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}

double work_off(const std::filesystem::path& path, std::uint64_t jobs) {
  const auto file = open(path);
  const auto oldest =
      prepare(file, "SELECT id, json, archive FROM jobs WHERE state = 'queued' ORDER BY id LIMIT 1");
  const auto lease = prepare(file,
                             "UPDATE jobs SET state = 'leased', owner = 'one', until_ns = 1000,"
                             " deliveries = deliveries + 1 WHERE id = ?");
  const auto done = prepare(file, "DELETE FROM jobs WHERE id = ? AND state = 'leased'");
  const auto start = steady::now();
  std::vector<std::int64_t> held;
  std::uint64_t taken = 0;
  std::uint64_t sum = 0;
  do {
    run(file, "BEGIN IMMEDIATE");
    for (const auto job : held) run(done, job);
    held.clear();
    while (held.size() < group && sqlite3_step(oldest.get()) == SQLITE_ROW) {
      const auto job = sqlite3_column_int64(oldest.get(), 0);
      sum += static_cast<std::uint64_t>(sqlite3_column_int64(oldest.get(), 1));
      sqlite3_reset(oldest.get());
      run(lease, job);
      held.push_back(job);
    }
    sqlite3_reset(oldest.get());
    taken += held.size();
    run(file, "COMMIT");
  } while (!held.empty());
  const double seconds = seconds_since(start);
  require(taken == jobs && sum == jobs * (jobs - 1) / 2, "the bare loop lost jobs");
  return seconds;
}

}  // namespace bench::bare_sqlite
