#include <penstock/messages/memory_file.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace penstock {

namespace {

/// Where a program was started with a standard descriptor closed, a new file would get its number, and what
/// the program prints.
int above_standard(int descriptor) noexcept {
  if (descriptor < 0 || descriptor > STDERR_FILENO) return descriptor;
  const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int why = errno;
  ::close(descriptor);
  errno = why;
  return moved;
}

bool set_size(int descriptor, std::size_t bytes) noexcept {
  if (bytes > most_file_bytes()) {
    errno = EFBIG;
    return false;
  }
  return ::ftruncate(descriptor, static_cast<off_t>(bytes)) == 0 &&
         ::fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
}

}  // namespace

std::size_t most_file_bytes() {
  constexpr auto no_limit = static_cast<std::size_t>(std::numeric_limits<off_t>::max());
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return no_limit;
  return std::min<std::size_t>(limit.rlim_cur, no_limit);
}

int make_memory_file(const char* name, std::size_t bytes) noexcept {
  const int made = above_standard(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (made < 0 || set_size(made, bytes)) return made;
  const int why = errno;
  ::close(made);
  errno = why;
  return -1;
}

bool is_memory_file(int descriptor, std::size_t bytes) noexcept {
  struct stat found {};
  const int seals = ::fcntl(descriptor, F_GET_SEALS);
  return seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && ::fstat(descriptor, &found) == 0 &&
         std::cmp_greater_equal(found.st_size, bytes);
}

}  // namespace penstock
