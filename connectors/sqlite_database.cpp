#include <penstock/connectors/sqlite_database.hpp>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <random>
#include <system_error>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/sqlite_tables.hpp>

namespace penstock {

namespace {

constexpr std::uint64_t plenty = std::uint64_t{1} << 28;

std::string system_reason(int error) { return std::generic_category().message(error); }

std::filesystem::path without_links(const std::filesystem::path& file) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(file);
  auto made = std::filesystem::weakly_canonical(whole, failed);  // leaves what is not there as it was given
  return failed ? whole : made;
}

std::string damaged(const std::string& sign) {
  return "the file is damaged: " + sign +
         "; nothing is written to it any more. `penstock queue rescue FILE NEW` saves what can be read";
}

[[noreturn]] void raise(const std::filesystem::path& file, const sqlite_failure& failure) {
  const auto what = failure.is_passing() ? job_queue_error::kind::passing : job_queue_error::kind::lasting;
  std::string reason = failure.reason;
  if (failure.is == sqlite_failure::kind::no_room) reason = "the disk is full";
  if (failure.is == sqlite_failure::kind::busy) {
    reason =
        "another program has held it for " + std::to_string(sqlite_connection::busy_timeout_ms / 1000) + " s";
  }
  if ((failure.code & 0xff) == SQLITE_CORRUPT) reason = damaged(failure.reason);
  if ((failure.code & 0xff) == SQLITE_NOTADB) reason = "this is no job queue, and no SQLite file at all";
  throw job_queue_error{file.string(), reason, what};
}

}  // namespace

sqlite_database::sqlite_database(std::filesystem::path file, bool create) : file_{without_links(file)} {
  std::error_code failed;
  if (!std::filesystem::exists(file_, failed)) {
    if (failed) throw job_queue_error{file_.string(), failed.message()};
    if (!create) throw job_queue_error{file_.string(), "there is no such file"};
    make_file();
  }
  open(file_, sqlite_connection::open_mode::existing);
  check_kind();
  number_ = file_number();
  connection_->run("PRAGMA journal_mode = WAL");
  connection_->run("PRAGMA synchronous = FULL");
  // Often, so that the log stays short and fits into what is reserved for it.
  connection_->run("PRAGMA wal_autocheckpoint = 128");
}

void sqlite_database::open(const std::filesystem::path& file, sqlite_connection::open_mode mode) {
  connection_ = std::make_unique<sqlite_connection>(file, mode, [this](const sqlite_failure& failure) {
    lacked_room_ = failure.is == sqlite_failure::kind::no_room;
    raise(file_, failure);
  });
  if (connection_->is_read_only()) {
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
    open(draft, sqlite_connection::open_mode::create);
    connection_->run("PRAGMA synchronous = FULL");
    connection_->run("PRAGMA journal_mode = WAL");
    sqlite_tables::make(*connection_);
    // Closing would do it too, but would not tell if the disk is full.
    connection_->run("PRAGMA wal_checkpoint(TRUNCATE)");
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

void sqlite_database::refuse_damaged(const std::string& sign) {
  std::string first;
  {
    sqlite_connection::statement check{*connection_, "PRAGMA integrity_check(1)"};
    if (check.step()) first = check.text();
  }
  throw job_queue_error{file_.string(), damaged(first.empty() || first == "ok" ? sign : first)};
}

void sqlite_database::check_kind() {
  const auto id = connection_->number("PRAGMA application_id");
  if (id != sqlite_tables::application_id) {
    throw job_queue_error{file_.string(), "this is a file of another program (application id " +
                                              std::to_string(id) + "), not a job queue; name another file"};
  }
  const auto version = connection_->number("PRAGMA user_version");
  if (version != sqlite_tables::version) {
    throw job_queue_error{file_.string(),
                          "its tables have version " + std::to_string(version) + ", this program knows " +
                              std::to_string(sqlite_tables::version) + "; use the penstock that made it"};
  }
}

void sqlite_database::reserve(std::size_t bytes) {
  // SQLite locks the file and the shared memory, not the log, so closing this handle frees no lock of its.
  const int handle = ::open(log_file().c_str(), O_WRONLY | O_CLOEXEC);
  if (handle < 0) return;
  // Without a result where the file system can't: then a full disk holds verdicts back, as it does new jobs.
  [[maybe_unused]] const int done = ::fallocate(handle, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes));
  ::close(handle);
}

std::uint64_t sqlite_database::free_on_disk() const {
  struct statvfs disk {};
  return ::statvfs(file_.parent_path().c_str(), &disk) == 0 ? std::uint64_t{disk.f_bavail} * disk.f_frsize
                                                            : std::numeric_limits<std::uint64_t>::max();
}

std::optional<std::uint64_t> sqlite_database::room_for_a_write(bool log_is_new) {
  // No need to look closer.
  if (const auto free = free_on_disk(); free > plenty) return free / 4;
  const disk_room now{figures()};
  if (now.is_tight() && !log_is_new) return std::nullopt;
  return now.for_a_write();
}

disk_figures sqlite_database::figures() {
  const auto on_disk = [](const std::filesystem::path& file) -> std::uint64_t {
    struct stat known {};
    return ::stat(file.c_str(), &known) == 0 ? static_cast<std::uint64_t>(known.st_blocks) * 512 : 0;
  };
  disk_figures now;
  struct statvfs disk {};
  now.free = ::statvfs(file_.parent_path().c_str(), &disk) == 0 ? std::uint64_t{disk.f_bavail} * disk.f_frsize
                                                                : std::numeric_limits<std::uint64_t>::max();
  now.page = static_cast<std::uint64_t>(connection_->number("PRAGMA page_size"));
  now.pages = static_cast<std::uint64_t>(connection_->number("PRAGMA page_count"));
  now.idle_pages = static_cast<std::uint64_t>(connection_->number("PRAGMA freelist_count"));
  now.file = on_disk(file_);
  now.log = on_disk(log_file());
  return now;
}

sqlite_turns& sqlite_database::turns() {
  if (turns_ == nullptr) turns_ = std::make_unique<sqlite_turns>(file_);
  return *turns_;
}

void sqlite_database::checkpoint() {
  sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
}

}  // namespace penstock
