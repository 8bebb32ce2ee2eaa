#include <penstock/runtime/dead_letter_store.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>

#include <penstock/runtime/letter_groups.hpp>
#include <penstock/runtime/sqlite_connection.hpp>

namespace penstock {

namespace {

using statement = sqlite_connection::statement;

constexpr auto make_tables =
    "CREATE TABLE IF NOT EXISTS dead_letters ("
    " id INTEGER PRIMARY KEY, graph TEXT NOT NULL, run TEXT NOT NULL, job INTEGER NOT NULL, stage TEXT NOT "
    "NULL,"
    " op TEXT NOT NULL, item INTEGER NOT NULL, attempt INTEGER NOT NULL, exception_type TEXT NOT NULL,"
    " exception_text TEXT NOT NULL, archive BLOB NOT NULL, json TEXT NOT NULL, item_type TEXT NOT NULL,"
    " at_ns INTEGER NOT NULL, replayed_ns INTEGER NOT NULL DEFAULT 0, schema TEXT NOT NULL DEFAULT '',"
    " UNIQUE (graph, run, job, stage, op, item, attempt));"
    "CREATE TABLE IF NOT EXISTS schemas (hash TEXT PRIMARY KEY, description TEXT NOT NULL) WITHOUT ROWID";

constexpr auto insert_letter =
    "INSERT INTO dead_letters (graph, run, job, stage, op, item, attempt, exception_type, exception_text, "
    "archive, json, item_type, at_ns, schema) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
    " ON CONFLICT (graph, run, job, stage, op, item, attempt) DO NOTHING";

constexpr auto insert_schema =
    "INSERT INTO schemas (hash, description) VALUES (?,?) ON CONFLICT (hash) DO NOTHING";

#define PENSTOCK_SELECT_LETTERS                                                                           \
  "SELECT id, graph, run, job, stage, op, item, attempt, exception_type, exception_text, archive, json, " \
  "item_type, at_ns, replayed_ns, schema FROM dead_letters"
constexpr auto select_letters = PENSTOCK_SELECT_LETTERS " ORDER BY id";
constexpr auto select_letter = PENSTOCK_SELECT_LETTERS " WHERE id = ?";
#undef PENSTOCK_SELECT_LETTERS

/// Columns that files of earlier versions don't have.
struct later_column {
  const char* name;
  const char* addition;
};
constexpr later_column later_columns[] = {
    {"replayed_ns", "ALTER TABLE dead_letters ADD COLUMN replayed_ns INTEGER NOT NULL DEFAULT 0"},
    {"schema", "ALTER TABLE dead_letters ADD COLUMN schema TEXT NOT NULL DEFAULT ''"},
};

std::int64_t unix_time_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

/// No two openings of a store have the same, on one machine.
std::string name_of_this_run() { return std::to_string(unix_time_ns()) + "-" + std::to_string(::getpid()); }

}  // namespace

dead_letter_store_error::dead_letter_store_error(const std::filesystem::path& file, const std::string& reason,
                                                 bool no_room)
    : dead_letter_error{"dead letters in '" + file.string() + "': " + reason, no_room},
      file_{std::make_shared<std::filesystem::path>(file)} {}

dead_letter_store::dead_letter_store(std::filesystem::path file, std::uint64_t max_bytes)
    : file_{std::move(file)}, own_run_{name_of_this_run()} {
  std::error_code ignored;
  const auto folder = file_.parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored)) {
    throw dead_letter_store_error{
        file_, "there is no directory '" + folder.string() + "'; make it, or name another file"};
  }
  open(true);
  check_kind(true);
  set_up(max_bytes);
}

dead_letter_store::dead_letter_store(std::filesystem::path file, std::uint64_t max_bytes, look_first)
    : file_{std::move(file)}, own_run_{name_of_this_run()} {
  std::error_code ignored;
  if (!std::filesystem::exists(file_, ignored))
    throw dead_letter_store_error{file_, "there is no such file; a run makes it with its first dead letter"};
  open(false);
  check_kind(false);
  set_up(max_bytes);
}

dead_letter_store dead_letter_store::existing(std::filesystem::path file) {
  return dead_letter_store{std::move(file), 0, look_first{}};
}

void dead_letter_store::open(bool may_make) {
  using mode = sqlite_connection::open_mode;
  const auto raise = [this](const sqlite_failure& failure) {
    busy_ = failure.is == sqlite_failure::kind::busy;
    const bool full = (failure.code & 0xff) == SQLITE_FULL;
    throw dead_letter_store_error{
        file_, full ? "the disk is full, or the file has reached its limit" : failure.reason,
        failure.is_passing()};
  };
  connection_ = std::make_unique<sqlite_connection>(file_, may_make ? mode::create : mode::existing, raise);
}

/// Nothing is written into a file of somebody else.
void dead_letter_store::check_kind(bool may_be_empty) {
  const bool empty = connection_->number("SELECT count(*) FROM sqlite_master") == 0;
  const bool has_letters =
      connection_->number("SELECT count(*) FROM sqlite_master WHERE name = 'dead_letters'") > 0;
  if (!has_letters && !(empty && may_be_empty))
    throw dead_letter_store_error{file_, "there are no dead letters in it; it is a file of another kind"};
}

void dead_letter_store::set_up(std::uint64_t max_bytes) {
  connection_->run("PRAGMA journal_mode = WAL");
  connection_->run("PRAGMA synchronous = FULL");
  connection_->run_script(make_tables);
  add_missing_columns();
  if (max_bytes == 0) return;
  const auto page = static_cast<std::uint64_t>(connection_->number("PRAGMA page_size"));
  const auto pages = std::max<std::uint64_t>(max_bytes / page, 1);
  connection_->run_script(("PRAGMA max_page_count = " + std::to_string(pages)).c_str());
}

dead_letter_store::~dead_letter_store() = default;

bool dead_letter_store::has_column(const char* name) {
  statement select{*connection_, "SELECT count(*) FROM pragma_table_info('dead_letters') WHERE name = ?"};
  select.bind(name);
  return select.step() && select.number() > 0;
}

void dead_letter_store::add_missing_columns() {
  for (const later_column& each : later_columns) {
    if (has_column(each.name)) continue;
    // Another program may be about to do the same: who comes second looks again.
    sqlite_connection::transaction together{*connection_};
    if (!has_column(each.name)) connection_->run_script(each.addition);
    together.commit();
  }
}

void dead_letter_store::write(const dead_letter_record& letter) {
  const dead_letter_record* const one = &letter;
  const std::lock_guard lock{mutex_};
  insert_all({&one, 1});
}

std::size_t dead_letter_store::write_some(std::span<const dead_letter_record* const> letters) {
  const std::lock_guard lock{mutex_};
  for (auto count = letters.size();; count = (count + 1) / 2) {
    try {
      insert_all(letters.first(count));
      return count;
    } catch (const dead_letter_store_error&) {
      if (count == 1 || busy_) throw;  // there may be room for some of them, or one may be the cause
    }
  }
}

/// All or none.
void dead_letter_store::insert_all(std::span<const dead_letter_record* const> letters) {
  std::vector<const std::string*> schemas;
  sqlite_connection::transaction together{*connection_};
  for (const dead_letter_record* each : letters) {
    if (each->schema && keep_schema(*each->schema)) schemas.push_back(&each->schema->hash);
    insert(*each);
  }
  together.commit();
  for (const std::string* each : schemas) written_.insert(*each);
}

/// False if the file has it for certain.
bool dead_letter_store::keep_schema(const item_schema& schema) {
  if (written_.contains(schema.hash)) return false;
  statement insert{*connection_, insert_schema};
  insert.bind(schema.hash).bind(schema.description).step();
  return true;
}

void dead_letter_store::insert(const dead_letter_record& letter) {
  statement insert{*connection_, insert_letter};
  insert.bind(letter.graph);
  insert.bind(letter.run.empty() ? own_run_ : letter.run);
  insert.bind(static_cast<std::int64_t>(letter.job));
  insert.bind(letter.stage);
  insert.bind(letter.op);
  insert.bind(static_cast<std::int64_t>(letter.item));
  insert.bind(std::int64_t{letter.attempt});
  insert.bind(letter.exception_type);
  insert.bind(letter.exception_text);
  insert.bind(letter.archive);
  insert.bind(letter.json);
  insert.bind(letter.item_type);
  insert.bind(letter.at_ns == 0 ? unix_time_ns() : letter.at_ns);
  insert.bind(letter.schema ? std::string_view{letter.schema->hash} : std::string_view{});
  insert.step();
}

std::vector<dead_letter_record> dead_letter_store::read(const char* sql,
                                                        std::optional<std::int64_t> id) const {
  const std::lock_guard lock{mutex_};
  statement row{*connection_, sql};
  if (id) row.bind(*id);
  std::vector<dead_letter_record> letters;
  while (row.step()) {
    dead_letter_record& letter = letters.emplace_back();
    letter.id = row.number();
    letter.graph = row.text();
    letter.run = row.text();
    letter.job = static_cast<std::uint64_t>(row.number());
    letter.stage = row.text();
    letter.op = row.text();
    letter.item = static_cast<std::uint64_t>(row.number());
    letter.attempt = static_cast<int>(row.number());
    letter.exception_type = row.text();
    letter.exception_text = row.text();
    letter.archive = row.blob();
    letter.json = row.text();
    letter.item_type = row.text();
    letter.at_ns = row.number();
    letter.replayed_ns = row.number();
    letter.schema = schema_of(row.text());
  }
  return letters;
}

/// Null where the file does not say.
item_schema_ref dead_letter_store::schema_of(const std::string& hash) const {
  if (hash.empty()) return nullptr;
  item_schema_ref& known = known_[hash];
  if (known) return known;
  statement select{*connection_, "SELECT description FROM schemas WHERE hash = ?"};
  select.bind(hash);
  if (select.step()) known = std::make_shared<const item_schema>(item_schema{hash, select.text()});
  return known;
}

std::vector<dead_letter_record> dead_letter_store::list() const { return read(select_letters, {}); }

std::optional<dead_letter_record> dead_letter_store::find(std::int64_t id) const {
  auto found = read(select_letter, id);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<open_letter> dead_letter_store::to_replay(const std::string& graph) const {
  const std::lock_guard lock{mutex_};
  statement select{*connection_,
                   "SELECT id, run, job, stage, item, attempt, archive FROM dead_letters"
                   " WHERE graph = ? AND replayed_ns = 0 ORDER BY id"};
  select.bind(graph);
  std::vector<open_letter> letters;
  while (select.step()) {
    open_letter& each = letters.emplace_back();
    each.id = select.number();
    each.run = select.text();
    each.job = static_cast<std::uint64_t>(select.number());
    each.stage = select.text();
    each.item = static_cast<std::uint64_t>(select.number());
    each.attempt = static_cast<int>(select.number());
    const auto archive = select.blob();
    each.content =
        std::hash<std::string_view>{}({reinterpret_cast<const char*>(archive.data()), archive.size()});
  }
  return letters;
}

void dead_letter_store::mark_replayed(std::int64_t id) {
  const std::lock_guard lock{mutex_};
  statement update{*connection_, "UPDATE dead_letters SET replayed_ns = ? WHERE id = ?"};
  update.bind(unix_time_ns()).bind(id).step();
}

bool dead_letter_store::remove(std::int64_t id) {
  const std::lock_guard lock{mutex_};
  statement erase{*connection_, "DELETE FROM dead_letters WHERE id = ?"};
  erase.bind(id).step();
  return connection_->changes() > 0;
}

std::size_t dead_letter_store::count() const {
  const std::lock_guard lock{mutex_};
  return static_cast<std::size_t>(connection_->number("SELECT count(*) FROM dead_letters"));
}

}  // namespace penstock
