#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <penstock_test/catch.hpp>

namespace penstock_test {

/// Another program, started anew, whose standard output can be read. Killed and reaped with it.
class started_program {
 public:
  explicit started_program(std::vector<std::string> words) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> arguments;
    for (auto& each : words) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    const int failed = posix_spawn(&id_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    INFO(words[0]);
    REQUIRE(failed == 0);
  }
  started_program(started_program&& other) noexcept
      : id_{std::exchange(other.id_, -1)}, output_{std::exchange(other.output_, -1)} {}
  ~started_program() {
    if (id_ > 0) kill_now();
    if (output_ >= 0) close(output_);
  }

  pid_t id() const { return id_; }
  int output() const { return output_; }

  /// So many bytes of its output, fewer when it ended before.
  std::string read_output(std::size_t bytes) {
    std::string text(bytes, '\0');
    std::size_t got = 0;
    while (got < bytes) {
      const auto size = read(output_, text.data() + got, bytes - got);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) break;
      got += static_cast<std::size_t>(size);
    }
    text.resize(got);
    return text;
  }
  /// All of its output until it ends.
  std::string all_output() {
    std::string all;
    for (auto part = read_output(4096); !part.empty(); part = read_output(4096)) all += part;
    return all;
  }

  void kill_now() {
    kill(id_, SIGKILL);
    wait();
  }
  /// The exit code, or minus the signal that ended it.
  int wait() {
    int status = 0;
    const auto reaped = waitpid(std::exchange(id_, -1), &status, 0);
    if (reaped < 0) return -1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t id_ = -1;
  int output_ = -1;
};

}  // namespace penstock_test
