#include <penstock/connectors/sqlite_turns.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <penstock/connectors/job_queue_error.hpp>

namespace penstock {

namespace {

struct no_lock {};

/// Whoever may write to the queue may take a turn. False if there is no such file and none can be made.
bool is_made(const std::filesystem::path& file, const std::filesystem::path& queue) {
  struct stat known {};
  if (::stat(queue.c_str(), &known) != 0) return false;
  const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, known.st_mode & 0777U);
  if (handle < 0) return errno == EEXIST;
  ::fchmod(handle, known.st_mode & 0777U);  // whatever the umask is
  ::close(handle);
  return true;
}

}  // namespace

sqlite_turns::sqlite_turns(const std::filesystem::path& queue) {
  const std::filesystem::path file = queue.string() + "-turn";
  if (!is_made(file, queue)) return;
  const auto raise = [queue = queue.string(), name = file.string()](const sqlite_failure& failure) {
    if (failure.is != sqlite_failure::kind::busy) throw no_lock{};
    throw job_queue_error{
        queue,
        "the disk is full, and another program that makes room in the queue's log has kept '" + name +
            "' locked for " + std::to_string(sqlite_connection::busy_timeout_ms / 1000) +
            " s: let it go on if it was stopped, or end it (`fuser` names it)",
        job_queue_error::kind::passing};
  };
  try {
    lock_.emplace(file, sqlite_connection::open_mode::existing, raise);
    lock_->run("PRAGMA journal_mode = MEMORY");  // nothing is written for a lock
  } catch (const no_lock&) {
    lock_.reset();
  }
}

sqlite_turns::turn::turn(sqlite_turns& of) {
  if (of.connection() == nullptr) return;
  try {
    held_.emplace(*of.connection());
  } catch (const no_lock&) {
    // As where the file can't be made.
  }
}

}  // namespace penstock
