#include <penstock/runtime/role_process.hpp>

#include <penstock_test/catch.hpp>

#include <csignal>

#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ps = penstock;

namespace {

ps::role_process shell(const char* command) {
  const char* const words[] = {"sh", "-c", command, nullptr};
  pid_t pid = -1;
  REQUIRE(posix_spawn(&pid, "/bin/sh", nullptr, nullptr, const_cast<char**>(words), environ) == 0);
  return ps::role_process{pid};
}

}  // namespace

TEST_CASE("an end is told in words: an exit code, or a signal's name") {
  CHECK(shell("exit 3").reap().words == "exit code 3");
  auto killed = shell("kill -SEGV $$");
  const auto ended = killed.reap();
  CHECK(ended.words == "SIGSEGV");
  CHECK(ended.signal == SIGSEGV);
}

TEST_CASE("the descriptor is readable once the process has ended") {
  auto process = shell("exec sleep 1000");
  pollfd watched{process.descriptor(), POLLIN, 0};
  CHECK(poll(&watched, 1, 0) == 0);
  process.kill();
  CHECK(poll(&watched, 1, 10'000) == 1);
  CHECK(process.reap().words == "SIGKILL");
}

TEST_CASE("a handle that goes ends its process and leaves no zombie") {
  pid_t pid = -1;
  {
    const auto process = shell("exec sleep 1000");
    pid = process.pid();
  }
  CHECK(waitpid(pid, nullptr, WNOHANG) == -1);
}
