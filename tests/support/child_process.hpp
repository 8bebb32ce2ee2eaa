#pragma once

// A child process for tests of how a whole process ends.

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include <penstock_test/catch.hpp>

namespace penstock_test {

/// A pipe, whose ends are closed with it.
class pipe_ends {
 public:
  pipe_ends() { REQUIRE(pipe(ends_) == 0); }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  ~pipe_ends() {
    close(ends_[0]);
    close_writer();
  }

  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
  }

 private:
  int ends_[2] = {-1, -1};
};

/// A forked child that runs `body` and exits with what it returns. What it writes to stderr is kept. A child
/// that hangs is ended by its alarm.
class child_process {
 public:
  template <class Body>
  explicit child_process(Body body) {
    std::fflush(nullptr);  // or the child writes it once more
    std::cout.flush();
    id_ = fork();
    REQUIRE(id_ >= 0);
    if (id_ == 0) {
      alarm(60);
      dup2(errors_.writer(), STDERR_FILENO);
      errors_.close_writer();
      _exit(body(signals_.writer()));
    }
    // The child alone writes: its end is the end of what can be read.
    signals_.close_writer();
    errors_.close_writer();
  }

  /// Waits until the child wrote a byte.
  bool await_byte() {
    char byte = 0;
    return read(signals_.reader(), &byte, 1) == 1;
  }
  void send(int signal) { kill(id_, signal); }

  /// The exit code, or minus the signal that ended the child.
  int ended_with() {
    char buffer[4096];
    for (;;) {
      const auto size = read(errors_.reader(), buffer, sizeof buffer);
      if (size <= 0) break;
      messages_.append(buffer, static_cast<std::size_t>(size));
    }
    int status = 0;
    if (waitpid(id_, &status, 0) != id_) return -1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  /// What it wrote to stderr until it ended.
  const std::string& messages() const { return messages_; }

 private:
  pipe_ends signals_;
  pipe_ends errors_;
  pid_t id_ = -1;
  std::string messages_;
};

}  // namespace penstock_test
