#include <penstock/connectors/sqlite_database.hpp>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>

namespace penstock {

namespace {

/// How long to wait for another program that is writing to the same file.
constexpr int busy_timeout_ms = 10'000;

/// "PSJQ": says whose file it is, where `file` and others look.
constexpr std::int64_t application_id = 0x50534a51;
constexpr std::int64_t schema_version = 1;

constexpr auto make_schema =
    "BEGIN;"
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
    "PRAGMA user_version = 1;"
    "COMMIT;";

std::string system_reason(int error) { return std::generic_category().message(error); }

std::filesystem::path without_links(const std::filesystem::path& file) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(file);
  auto made = std::filesystem::weakly_canonical(whole, failed);  // leaves what is not there as it was given
  return failed ? whole : made;
}

}  // namespace

void sqlite_database::closer::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

sqlite_database::sqlite_database(std::filesystem::path file, bool create) : file_{without_links(file)} {
  std::error_code failed;
  if (!std::filesystem::exists(file_, failed)) {
    if (failed) throw job_queue_error{file_.string(), failed.message()};
    if (!create) throw job_queue_error{file_.string(), "there is no such file"};
    make_file();
  }
  open(file_, SQLITE_OPEN_READWRITE);
  check_kind();
  number_ = file_number();
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  // Often, so that the log stays short and fits into what is reserved for it.
  run("PRAGMA wal_autocheckpoint = 128");
}

void sqlite_database::open(const std::filesystem::path& file, int flags) {
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(opened, busy_timeout_ms);
  if (sqlite3_db_readonly(opened, "main") == 1) {
    throw job_queue_error{file_.string(),
                          "it can't be written, and a queue must be; look at the rights of the file and "
                          "of its folder"};
  }
}

/// Under another name, then linked to its own: whoever comes first has made it, and the others use that one.
void sqlite_database::make_file() {
  const auto folder = file_.parent_path();
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw job_queue_error{file_.string(),
                          "there is no folder '" + folder.string() + "'; make it, or name another file"};
  }
  const std::filesystem::path draft =
      file_.string() + ".new-" + std::to_string(::getpid()) + "-" + std::to_string(std::random_device{}());
  const auto remove_draft = [&] {
    connection_.reset();
    for (const auto* suffix : {"", "-wal", "-shm", "-journal"})
      std::filesystem::remove(draft.string() + suffix, ignored);
  };
  try {
    open(draft, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    run("PRAGMA synchronous = FULL");
    run("PRAGMA journal_mode = WAL");
    if (const int code = sqlite3_exec(connection_.get(), make_schema, nullptr, nullptr, nullptr);
        code != SQLITE_OK) {
      fail(code);
    }
    // Closing would do it too, but would not tell if the disk is full.
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    connection_.reset();
    if (::link(draft.c_str(), file_.c_str()) != 0 && errno != EEXIST) {
      throw job_queue_error{file_.string(), "can't be made: " + system_reason(errno)};
    }
  } catch (...) {
    remove_draft();
    throw;
  }
  remove_draft();
  if (const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); handle >= 0) {
    ::fsync(handle);
    ::close(handle);
  }
}

std::uint64_t sqlite_database::file_number() const {
  struct stat known {};
  return ::stat(file_.c_str(), &known) == 0 ? known.st_ino : 0;
}

void sqlite_database::check_place() const {
  if (file_number() != number_)
    throw job_queue_error{file_.string(),
                          "the file was removed, or another put in its place, while it was in use"};
}

void sqlite_database::check_kind() {
  const auto id = number("PRAGMA application_id");
  if (id != application_id) {
    throw job_queue_error{file_.string(), "this is a file of another program (application id " +
                                              std::to_string(id) + "), not a job queue; name another file"};
  }
  const auto version = number("PRAGMA user_version");
  if (version != schema_version) {
    throw job_queue_error{file_.string(), "its tables have version " + std::to_string(version) +
                                              ", this program knows " + std::to_string(schema_version) +
                                              "; use the penstock that made it"};
  }
}

void sqlite_database::fail(int code) const {
  using kind = job_queue_error::kind;
  const int plain = code & 0xff;
  if (plain == SQLITE_FULL) throw job_queue_error{file_.string(), "the disk is full", kind::passing};
  if (plain == SQLITE_BUSY || plain == SQLITE_LOCKED) {
    throw job_queue_error{file_.string(),
                          "another program has held it for " + std::to_string(busy_timeout_ms / 1000) + " s",
                          kind::passing};
  }
  if (plain == SQLITE_NOTADB)
    throw job_queue_error{file_.string(), "this is no job queue, and no SQLite file at all"};
  std::string reason = connection_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection_.get());
  const int cause = connection_ == nullptr ? 0 : sqlite3_system_errno(connection_.get());
  if (cause != 0) reason += " (" + system_reason(cause) + ")";
  // What the disk says when a page of the file, not of the log, finds no room.
  throw job_queue_error{file_.string(), reason,
                        cause == ENOSPC || cause == EDQUOT ? kind::passing : kind::lasting};
}

void sqlite_database::run(const char* sql) {
  statement command{*this, sql};
  while (command.step()) {
  }
}

std::int64_t sqlite_database::number(const char* sql) {
  statement select{*this, sql};
  return select.step() ? select.number() : 0;
}

std::int64_t sqlite_database::changes() const { return sqlite3_changes(connection_.get()); }

void sqlite_database::reserve(std::size_t bytes) {
  // SQLite locks the file and the shared memory, not the log, so closing this handle frees no lock of its.
  const int handle = ::open(log_file().c_str(), O_WRONLY | O_CLOEXEC);
  if (handle < 0) return;
  // Without a result where the file system can't: then a full disk holds verdicts back, as it does new jobs.
  [[maybe_unused]] const int done = ::fallocate(handle, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes));
  ::close(handle);
}

void sqlite_database::checkpoint() {
  sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
}

sqlite_database::statement::statement(sqlite_database& of, const char* sql) : of_{of} {
  check(sqlite3_prepare_v2(of_.connection_.get(), sql, -1, &handle_, nullptr));
}

sqlite_database::statement::~statement() { sqlite3_finalize(handle_); }

sqlite_database::statement& sqlite_database::statement::bind(std::string_view text) {
  check(sqlite3_bind_text64(handle_, ++bound_, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
  return *this;
}

sqlite_database::statement& sqlite_database::statement::bind(std::int64_t number) {
  check(sqlite3_bind_int64(handle_, ++bound_, number));
  return *this;
}

sqlite_database::statement& sqlite_database::statement::bind(const std::vector<std::byte>& bytes) {
  check(bytes.empty() ? sqlite3_bind_zeroblob(handle_, ++bound_, 0)
                      : sqlite3_bind_blob64(handle_, ++bound_, bytes.data(), bytes.size(), SQLITE_STATIC));
  return *this;
}

bool sqlite_database::statement::step() {
  read_ = 0;
  const int code = sqlite3_step(handle_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) of_.fail(code);
  return code == SQLITE_ROW;
}

std::string sqlite_database::statement::text() {
  const auto column = read_++;
  const auto* first = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (first == nullptr) return {};
  return std::string(first, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

std::int64_t sqlite_database::statement::number() { return sqlite3_column_int64(handle_, read_++); }

std::vector<std::byte> sqlite_database::statement::blob() {
  const auto column = read_++;
  const auto* first = static_cast<const std::byte*>(sqlite3_column_blob(handle_, column));
  if (first == nullptr) return {};
  return std::vector<std::byte>(first, first + sqlite3_column_bytes(handle_, column));
}

void sqlite_database::statement::check(int code) const {
  if (code != SQLITE_OK) of_.fail(code);
}

sqlite_database::transaction::~transaction() {
  if (!open_ || sqlite3_get_autocommit(of_.connection_.get()) != 0)
    return;  // some errors roll back by themselves
  sqlite3_exec(of_.connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void sqlite_database::transaction::commit() {
  of_.run("COMMIT");
  open_ = false;
}

}  // namespace penstock
