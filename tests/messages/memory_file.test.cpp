#include <penstock/messages/memory_file.hpp>

#include <penstock_test/catch.hpp>

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace ps = penstock;

TEST_CASE("nobody can make a file in memory smaller, and it passes for what it is") {
  const int made = ps::make_memory_file("test", 8192);
  REQUIRE(made >= 0);
  CHECK(ftruncate(made, 4096) == -1);
  CHECK(ps::is_memory_file(made, 8192));
  CHECK_FALSE(ps::is_memory_file(made, 8193));
  close(made);
}

TEST_CASE("a file that could become smaller is none to be mapped") {
  const int made = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  REQUIRE(ftruncate(made, 8192) == 0);
  CHECK_FALSE(ps::is_memory_file(made, 8192));
  close(made);
  CHECK_FALSE(ps::is_memory_file(made, 0));
}

TEST_CASE("a file in memory never gets the number of standard input, output or error") {
  const int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  close(STDIN_FILENO);
  const int made = ps::make_memory_file("test", 4096);
  dup2(kept, STDIN_FILENO);
  close(kept);
  CHECK(made > STDERR_FILENO);
  close(made);
}

TEST_CASE("a size above the limit of files is refused, and does not end the process") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{1 << 20, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto most = ps::most_file_bytes();
  const int refused = ps::make_memory_file("test", (1 << 20) + 1);
  const int why = errno;
  const int made = ps::make_memory_file("test", 1 << 20);
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(most == 1 << 20);
  CHECK(refused == -1);
  CHECK(why == EFBIG);
  CHECK(made >= 0);
  close(made);
}
