#include <penstock/runtime/dead_letter_store.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>

namespace penstock {

namespace {

/// How long to wait for another program that is writing to the same file.
constexpr int busy_timeout_ms = 10'000;

constexpr auto make_table =
    "CREATE TABLE IF NOT EXISTS dead_letters ("
    " id INTEGER PRIMARY KEY, graph TEXT NOT NULL, run TEXT NOT NULL, job INTEGER NOT NULL, stage TEXT NOT "
    "NULL,"
    " op TEXT NOT NULL, item INTEGER NOT NULL, attempt INTEGER NOT NULL, exception_type TEXT NOT NULL,"
    " exception_text TEXT NOT NULL, archive BLOB NOT NULL, json TEXT NOT NULL, item_type TEXT NOT NULL,"
    " at_ns INTEGER NOT NULL, replayed_ns INTEGER NOT NULL DEFAULT 0, UNIQUE (graph, run, job, stage, op, "
    "item, attempt))";

constexpr auto insert_letter =
    "INSERT INTO dead_letters (graph, run, job, stage, op, item, attempt, exception_type, exception_text, "
    "archive, json,"
    " item_type, at_ns) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
    " ON CONFLICT (graph, run, job, stage, op, item, attempt) DO NOTHING";

constexpr auto select_letters =
    "SELECT id, graph, run, job, stage, op, item, attempt, exception_type, exception_text, archive, json, "
    "item_type, at_ns, replayed_ns FROM dead_letters";

std::int64_t unix_time_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

/// No two openings of a store have the same, on one machine.
std::string name_of_this_run() { return std::to_string(unix_time_ns()) + "-" + std::to_string(::getpid()); }

std::string reason_for(sqlite3* connection, int code) {
  if (code == SQLITE_FULL) return "the disk is full, or the file has reached its limit";
  if (connection == nullptr) return sqlite3_errstr(code);
  std::string reason = sqlite3_errmsg(connection);
  const int cause = sqlite3_system_errno(connection);
  if (cause != 0 && code != SQLITE_CONSTRAINT) reason += " (" + std::generic_category().message(cause) + ")";
  return reason;
}

/// Only room is missing, or the file's turn: the same letter may be written later.
bool is_no_room(sqlite3* connection, int code) {
  const int primary = code & 0xff;
  if (primary == SQLITE_FULL || primary == SQLITE_BUSY) return true;
  if (connection == nullptr || (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN)) return false;
  const int cause = sqlite3_system_errno(connection);
  // The shared index of the log can't grow: other calls may have come after the one that failed.
  return cause == ENOSPC || cause == EDQUOT || sqlite3_extended_errcode(connection) == SQLITE_IOERR_SHMSIZE;
}

}  // namespace

dead_letter_store_error::dead_letter_store_error(const std::filesystem::path& file, const std::string& reason,
                                                 bool no_room)
    : dead_letter_error{"dead letters in '" + file.string() + "': " + reason, no_room},
      file_{std::make_shared<std::filesystem::path>(file)} {}

/// One prepared statement. Columns and parameters are used in their order.
class dead_letter_store::statement {
 public:
  statement(const dead_letter_store& store, const std::string& sql) : store_{store} {
    check(sqlite3_prepare_v2(store.connection_.get(), sql.c_str(), -1, &handle_, nullptr));
  }
  ~statement() { sqlite3_finalize(handle_); }
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  // What is bound must live until the statement has run.
  void bind(std::string_view text) {
    check(sqlite3_bind_text64(handle_, ++bound_, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                              SQLITE_UTF8));
  }
  void bind(std::int64_t number) { check(sqlite3_bind_int64(handle_, ++bound_, number)); }
  void bind(const std::vector<std::byte>& bytes) {
    check(bytes.empty() ? sqlite3_bind_zeroblob(handle_, ++bound_, 0)
                        : sqlite3_bind_blob64(handle_, ++bound_, bytes.data(), bytes.size(), SQLITE_STATIC));
  }

  /// True while there is a row.
  bool step() {
    read_ = 0;
    const int code = sqlite3_step(handle_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) check(code);
    return code == SQLITE_ROW;
  }

  std::string text() {
    const auto column = read_++;
    const auto* first = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return first == nullptr ? std::string{} : std::string(first, bytes_in(column));
  }
  std::int64_t number() { return sqlite3_column_int64(handle_, read_++); }
  std::vector<std::byte> blob() {
    const auto column = read_++;
    const auto* first = static_cast<const std::byte*>(sqlite3_column_blob(handle_, column));
    return first == nullptr ? std::vector<std::byte>{}
                            : std::vector<std::byte>(first, first + bytes_in(column));
  }

 private:
  std::size_t bytes_in(int column) const {
    return static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  }
  void check(int code) const {
    if (code != SQLITE_OK) throw store_.error_of(code);
  }

  const dead_letter_store& store_;
  sqlite3_stmt* handle_ = nullptr;
  int bound_ = 0;
  int read_ = 0;
};

void dead_letter_store::closer::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

dead_letter_store::dead_letter_store(std::filesystem::path file, std::uint64_t max_bytes)
    : file_{std::move(file)}, own_run_{name_of_this_run()} {
  std::error_code ignored;
  const auto folder = file_.parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored)) {
    throw dead_letter_store_error{
        file_, "there is no directory '" + folder.string() + "'; make it, or name another file"};
  }
  open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  check_kind(true);
  set_up(max_bytes);
}

dead_letter_store::dead_letter_store(std::filesystem::path file, std::uint64_t max_bytes, look_first)
    : file_{std::move(file)}, own_run_{name_of_this_run()} {
  std::error_code ignored;
  if (!std::filesystem::exists(file_, ignored))
    throw dead_letter_store_error{file_, "there is no such file; a run makes it with its first dead letter"};
  open(SQLITE_OPEN_READWRITE);
  check_kind(false);
  set_up(max_bytes);
}

dead_letter_store dead_letter_store::existing(std::filesystem::path file) {
  return dead_letter_store{std::move(file), 0, look_first{}};
}

void dead_letter_store::open(int flags) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file_.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) throw error_of(code);
  sqlite3_busy_timeout(opened, busy_timeout_ms);
}

/// Nothing is written into a file of somebody else.
void dead_letter_store::check_kind(bool may_be_empty) const {
  statement select{*this,
                   "SELECT count(*), count(CASE name WHEN 'dead_letters' THEN 1 END) FROM sqlite_master"};
  select.step();
  const bool empty = select.number() == 0;
  if (select.number() == 0 && !(empty && may_be_empty))
    throw dead_letter_store_error{file_, "there are no dead letters in it; it is a file of another kind"};
}

void dead_letter_store::set_up(std::uint64_t max_bytes) {
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  run(make_table);
  add_missing_column();
  if (max_bytes > 0)
    run("PRAGMA max_page_count = " + std::to_string(std::max<std::uint64_t>(max_bytes / page_size(), 1)));
}

dead_letter_store::~dead_letter_store() = default;

dead_letter_store_error dead_letter_store::error_of(int code) const {
  return {file_, reason_for(connection_.get(), code), is_no_room(connection_.get(), code)};
}

void dead_letter_store::run(const std::string& sql) const {
  statement command{*this, sql};
  while (command.step()) {
  }
}

bool dead_letter_store::has_column(const std::string& name) const {
  statement select{*this, "SELECT count(*) FROM pragma_table_info('dead_letters') WHERE name = ?"};
  select.bind(name);
  return select.step() && select.number() > 0;
}

/// Files of earlier versions have no `replayed_ns`.
void dead_letter_store::add_missing_column() const {
  if (has_column("replayed_ns")) return;
  // Another program may be about to do the same: who comes second looks again.
  run("BEGIN IMMEDIATE");
  try {
    if (!has_column("replayed_ns"))
      run("ALTER TABLE dead_letters ADD COLUMN replayed_ns INTEGER NOT NULL DEFAULT 0");
    run("COMMIT");
  } catch (...) {
    sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

std::uint64_t dead_letter_store::page_size() const {
  statement select{*this, "PRAGMA page_size"};
  select.step();
  return static_cast<std::uint64_t>(select.number());
}

void dead_letter_store::write(const dead_letter_record& letter) {
  const std::lock_guard lock{mutex_};
  statement insert{*this, insert_letter};
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
  insert.step();
}

dead_letter_record dead_letter_store::read(statement& row) {
  dead_letter_record letter;
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
  return letter;
}

std::vector<dead_letter_record> dead_letter_store::list() const {
  const std::lock_guard lock{mutex_};
  statement select{*this, std::string{select_letters} + " ORDER BY id"};
  std::vector<dead_letter_record> letters;
  while (select.step()) letters.push_back(read(select));
  return letters;
}

std::optional<dead_letter_record> dead_letter_store::find(std::int64_t id) const {
  const std::lock_guard lock{mutex_};
  statement select{*this, std::string{select_letters} + " WHERE id = ?"};
  select.bind(id);
  if (!select.step()) return std::nullopt;
  return read(select);
}

std::vector<std::int64_t> dead_letter_store::to_replay(const std::string& graph) const {
  const std::lock_guard lock{mutex_};
  statement select{*this, "SELECT id FROM dead_letters WHERE graph = ? AND replayed_ns = 0 ORDER BY id"};
  select.bind(graph);
  std::vector<std::int64_t> ids;
  while (select.step()) ids.push_back(select.number());
  return ids;
}

void dead_letter_store::mark_replayed(std::int64_t id) {
  const std::lock_guard lock{mutex_};
  statement update{*this, "UPDATE dead_letters SET replayed_ns = ? WHERE id = ?"};
  update.bind(unix_time_ns());
  update.bind(id);
  update.step();
}

bool dead_letter_store::remove(std::int64_t id) {
  const std::lock_guard lock{mutex_};
  statement erase{*this, "DELETE FROM dead_letters WHERE id = ?"};
  erase.bind(id);
  erase.step();
  return sqlite3_changes(connection_.get()) > 0;
}

std::size_t dead_letter_store::count() const {
  const std::lock_guard lock{mutex_};
  statement select{*this, "SELECT count(*) FROM dead_letters"};
  select.step();
  return static_cast<std::size_t>(select.number());
}

}  // namespace penstock
