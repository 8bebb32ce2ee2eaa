#include <penstock/connectors/owner_locks.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace penstock {

namespace {

struct flock at(std::int64_t place, short kind) {
  struct flock byte {};
  byte.l_type = kind;
  byte.l_whence = SEEK_SET;
  byte.l_start = static_cast<off_t>(place);
  byte.l_len = 1;
  return byte;
}

}  // namespace

owner_locks::owner_locks(const std::filesystem::path& file) {
  // Shared locks, so that reading is enough, whoever has made it.
  handle_ = ::open(file.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
  struct stat known {};
  if (handle_ >= 0 && ::fstat(handle_, &known) == 0) file_number_ = known.st_ino;
}

owner_locks::~owner_locks() {
  if (handle_ >= 0) ::close(handle_);
}

bool owner_locks::hold(std::int64_t place) {
  auto byte = at(place, F_RDLCK);
  return file_number_ != 0 && ::fcntl(handle_, F_OFD_SETLK, &byte) == 0;
}

bool owner_locks::is_held(std::int64_t place) const {
  auto byte = at(place, F_WRLCK);
  // Who can't be asked for is taken for alive.
  return ::fcntl(handle_, F_OFD_GETLK, &byte) != 0 || byte.l_type != F_UNLCK;
}

}  // namespace penstock
