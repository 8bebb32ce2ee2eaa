#include <penstock/runtime/sqlite_connection.hpp>

#include <sqlite3.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace penstock {

namespace {

int flags_of(sqlite_connection::open_mode mode) {
  const int made = mode == sqlite_connection::open_mode::create ? SQLITE_OPEN_CREATE : 0;
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | made;
}

sqlite_failure::kind kind_of(int code, int cause) {
  using kind = sqlite_failure::kind;
  switch (code & 0xff) {
    case SQLITE_FULL:
      return kind::no_room;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return kind::busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return kind::corrupt;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      // What the disk says when a page of the file, not of the log, finds no room. The shared index of the
      // log can't grow: other calls may have come after the one that failed.
      return cause == ENOSPC || cause == EDQUOT || code == SQLITE_IOERR_SHMSIZE ? kind::no_room : kind::other;
    default:
      return kind::other;
  }
}

/// Other codes leave the cause of an earlier one.
bool has_cause(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL;
}

}  // namespace

void sqlite_connection::closer::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
void sqlite_connection::finalizer::operator()(sqlite3_stmt* of) const { sqlite3_finalize(of); }

sqlite_connection::sqlite_connection(const std::filesystem::path& file, open_mode mode, complaint raise)
    : raise_{std::move(raise)} {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, flags_of(mode), nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(opened, busy_timeout_ms);
}

sqlite_connection::~sqlite_connection() = default;

void sqlite_connection::fail(int code) const {
  sqlite_failure failure;
  const bool known = connection_ != nullptr;  // without memory for the connection there is none to ask
  const int cause = known && has_cause(code) ? sqlite3_system_errno(connection_.get()) : 0;
  failure.is = kind_of(code, cause);
  failure.code = code;
  failure.reason = known ? sqlite3_errmsg(connection_.get()) : sqlite3_errstr(code);
  if (cause != 0) failure.reason += " (" + std::generic_category().message(cause) + ")";
  raise_(failure);
  throw std::logic_error{"a SQLite failure was passed over: " + failure.reason};
}

std::unique_ptr<sqlite3_stmt, sqlite_connection::finalizer> sqlite_connection::prepare(
    std::string_view sql) const {
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK) fail(code);
  return std::unique_ptr<sqlite3_stmt, finalizer>{made};
}

void sqlite_connection::run(std::string_view sql) {
  statement command{*this, sql};
  while (command.step()) {
  }
}

void sqlite_connection::run_script(const char* sql) {
  if (const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK)
    fail(code);
}

std::int64_t sqlite_connection::number(std::string_view sql) {
  statement select{*this, sql};
  return select.step() ? select.number() : 0;
}

std::int64_t sqlite_connection::changes() const { return sqlite3_changes(connection_.get()); }

bool sqlite_connection::is_read_only() const { return sqlite3_db_readonly(connection_.get(), "main") == 1; }

bool sqlite_connection::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

sqlite_connection::statement::statement(sqlite_connection& of, std::string_view sql) : of_{of} {
  auto found = of.statements_.find(sql);
  if (found == of.statements_.end()) {
    auto made = of.prepare(sql);
    const std::string_view text = sqlite3_sql(made.get());
    found = of.statements_.try_emplace(text, prepared{std::move(made)}).first;
  }
  if (found->second.in_use) {
    handle_ = of.prepare(sql).release();
    return;
  }
  handle_ = found->second.is.get();
  in_use_ = &found->second.in_use;
  *in_use_ = true;
}

sqlite_connection::statement::~statement() {
  if (in_use_ == nullptr) {
    sqlite3_finalize(handle_);
    return;
  }
  sqlite3_reset(handle_);  // says again what went wrong in a step
  sqlite3_clear_bindings(handle_);
  *in_use_ = false;
}

sqlite_connection::statement& sqlite_connection::statement::bind(std::string_view text) {
  check(sqlite3_bind_text64(handle_, ++bound_, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
  return *this;
}

sqlite_connection::statement& sqlite_connection::statement::bind(std::int64_t number) {
  check(sqlite3_bind_int64(handle_, ++bound_, number));
  return *this;
}

sqlite_connection::statement& sqlite_connection::statement::bind(std::span<const std::byte> bytes) {
  check(bytes.empty() ? sqlite3_bind_zeroblob(handle_, ++bound_, 0)
                      : sqlite3_bind_blob64(handle_, ++bound_, bytes.data(), bytes.size(), SQLITE_STATIC));
  return *this;
}

bool sqlite_connection::statement::step() {
  read_ = 0;
  const int code = sqlite3_step(handle_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) of_.fail(code);
  return code == SQLITE_ROW;
}

sqlite_connection::statement& sqlite_connection::statement::again() {
  sqlite3_reset(handle_);
  bound_ = 0;
  return *this;
}

std::string sqlite_connection::statement::text() {
  const auto column = read_++;
  const auto* first = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (first == nullptr) return {};
  return std::string(first, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

std::int64_t sqlite_connection::statement::number() { return sqlite3_column_int64(handle_, read_++); }

std::vector<std::byte> sqlite_connection::statement::blob() {
  const auto column = read_++;
  const auto* first = static_cast<const std::byte*>(sqlite3_column_blob(handle_, column));
  if (first == nullptr) return {};
  return std::vector<std::byte>(first, first + sqlite3_column_bytes(handle_, column));
}

bool sqlite_connection::statement::is_null() const {
  return sqlite3_column_type(handle_, read_) == SQLITE_NULL;
}

bool sqlite_connection::statement::is_number() const {
  const int type = sqlite3_column_type(handle_, read_);
  return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

void sqlite_connection::statement::check(int code) const {
  if (code != SQLITE_OK) of_.fail(code);
}

sqlite_connection::transaction::~transaction() {
  if (open_) roll_back();
}

void sqlite_connection::transaction::roll_back() {
  open_ = false;
  // Some errors have done it.
  if (of_.in_transaction()) sqlite3_exec(of_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void sqlite_connection::transaction::commit() {
  of_.run("COMMIT");
  open_ = false;
}

}  // namespace penstock
