#include <penstock/connectors/sqlite_tables.hpp>

#include <array>
#include <string>
#include <string_view>

namespace penstock::sqlite_tables {

namespace {

using statement = sqlite_connection::statement;
using transaction = sqlite_connection::transaction;

constexpr auto first =
    "CREATE TABLE jobs ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'dead')),"
    " owner TEXT NOT NULL DEFAULT '',"         // whose lease it is, or was
    " boot TEXT NOT NULL DEFAULT '',"          // which start of the machine until_ns counts from
    " until_ns INTEGER NOT NULL DEFAULT 0,"    // queued: not before; leased: end of the lease
    " alone INTEGER NOT NULL DEFAULT 0,"       // leased: nothing else of this owner was out
    " deliveries INTEGER NOT NULL DEFAULT 0,"  // tells one delivery of a job from the next
    " deaths INTEGER NOT NULL DEFAULT 0,"
    " reason TEXT NOT NULL DEFAULT '',"  // of the last refusal or death
    " put_ns INTEGER NOT NULL,"          // since 1970
    " item_type TEXT NOT NULL,"
    " json TEXT NOT NULL,"  // to look at; also the item itself where there is no archive
    " archive BLOB NOT NULL);"
    "CREATE INDEX jobs_by_state ON jobs (state, id);"
    "PRAGMA application_id = 1347635793;"
    "PRAGMA user_version = 1;";

struct column {
  std::string_view name;
  std::string_view definition;
};

constexpr std::array added_columns{
    column{"schema", "TEXT NOT NULL DEFAULT ''"},  // hash of the archive's; '': nobody knew
    column{"unread_by",
           "INTEGER NOT NULL DEFAULT 0"}};  // who could not read it: a row of reader_sets; 0: nobody

// Whatever number of jobs there is: a take sees only those that it is about.
constexpr std::array added_tables{
    "CREATE TABLE IF NOT EXISTS schemas (hash TEXT PRIMARY KEY, description TEXT NOT NULL);",
    "CREATE TABLE IF NOT EXISTS reader_sets (id INTEGER PRIMARY KEY, readers TEXT NOT NULL UNIQUE);",
    // Stores that take jobs. id: the byte that each holds of the file whose number is `locks`; clock: with
    // whose times theirs can be compared.
    "CREATE TABLE IF NOT EXISTS owners (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " locks INTEGER NOT NULL, boot TEXT NOT NULL, clock TEXT NOT NULL, lease_ns INTEGER NOT NULL);",
    // Bytes of the largest job that is there, or was.
    "CREATE TABLE IF NOT EXISTS sizes (largest INTEGER NOT NULL);"
    "INSERT INTO sizes SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM sizes);",
    // The oldest that may be taken, of each set of those that can't read it.
    "CREATE INDEX IF NOT EXISTS jobs_due ON jobs (unread_by) WHERE state = 'queued' AND until_ns = 0;",
    "CREATE INDEX IF NOT EXISTS jobs_delayed ON jobs (boot, until_ns)"
    " WHERE state = 'queued' AND until_ns > 0;",
    "CREATE INDEX IF NOT EXISTS jobs_leases ON jobs (owner, until_ns) WHERE state = 'leased';",
    "CREATE INDEX IF NOT EXISTS jobs_alone ON jobs (owner) WHERE state = 'leased' AND alone = 1;",
    "CREATE INDEX IF NOT EXISTS jobs_died_once ON jobs (owner) WHERE state = 'leased' AND deaths >= 1;",
    "CREATE INDEX IF NOT EXISTS jobs_died_twice ON jobs (owner) WHERE state = 'leased' AND deaths >= 2;",
    "CREATE INDEX IF NOT EXISTS jobs_unread ON jobs (unread_by) WHERE unread_by > 0;"};

constexpr auto added_names = static_cast<std::int64_t>(added_tables.size());

bool has_column(sqlite_connection& file, std::string_view name) {
  statement select{file, "SELECT count(*) FROM pragma_table_info('jobs') WHERE name = ?"};
  select.bind(name).step();
  return select.number() > 0;
}

void add_column(sqlite_connection& file, const column& missing) {
  if (has_column(file, missing.name)) return;
  const auto sql =
      "ALTER TABLE jobs ADD COLUMN " + std::string{missing.name} + " " + std::string{missing.definition};
  file.run_script(sql.c_str());
}

}  // namespace

std::size_t pieces() { return added_columns.size() + added_tables.size(); }

void add(sqlite_connection& file, std::size_t piece) {
  if (piece < added_columns.size()) {
    add_column(file, added_columns[piece]);
  } else {
    file.run_script(added_tables[piece - added_columns.size()]);
  }
}

void make(sqlite_connection& file) {
  transaction all{file};
  file.run_script(first);
  for (std::size_t piece = 0; piece < pieces(); ++piece) add(file, piece);
  all.commit();
}

bool are_complete(sqlite_connection& file) {
  for (const auto& each : added_columns) {
    if (!has_column(file, each.name)) return false;
  }
  return file.number(
             "SELECT count(*) FROM sqlite_master WHERE name IN ('schemas', 'reader_sets', 'owners', 'sizes', "
             "'jobs_due',"
             " 'jobs_delayed', 'jobs_leases', 'jobs_alone', 'jobs_died_once', 'jobs_died_twice', "
             "'jobs_unread')") == added_names;
}

}  // namespace penstock::sqlite_tables
