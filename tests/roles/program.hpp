#pragma once

// The program of the scenarios, run from a test.

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <penstock_test/catch.hpp>
#include <penstock_test/child_process.hpp>
#include <penstock_test/scratch_folder.hpp>

namespace role_test {

using penstock_test::scratch_folder;

/// A run of the scenarios' program, whose output is kept. The program ends itself when it hangs.
class program {
 public:
  explicit program(std::vector<std::string> words, const std::string& file = PENSTOCK_ROLE_PROGRAM) {
    words.insert(words.begin(), file);
    std::vector<char*> arguments;
    for (std::string& each : words) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output_.writer(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors_.writer(), STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    REQUIRE(posix_spawn(&id_, file.c_str(), &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    output_.close_writer();
    errors_.close_writer();
  }

  pid_t id() const { return id_; }
  void send(int signal) { kill(id_, signal); }

  /// The next line that it prints; empty if it prints none.
  std::string line() { return line_of(output_.reader()); }
  /// The same of what it and its workers write to standard error.
  std::string error_line() { return line_of(errors_.reader()); }

  /// Waits until it and all its workers have closed their output. The exit code, or minus a signal.
  int code() {
    pollfd open[] = {{output_.reader(), POLLIN, 0}, {errors_.reader(), POLLIN, 0}};
    std::string* const texts[] = {&out_, &err_};
    while (open[0].fd >= 0 || open[1].fd >= 0) {
      poll(open, 2, -1);
      for (int i = 0; i < 2; ++i) {
        if (open[i].fd < 0 || open[i].revents == 0) continue;
        char buffer[4096];
        const auto size = read(open[i].fd, buffer, sizeof buffer);
        if (size > 0) {
          texts[i]->append(buffer, static_cast<std::size_t>(size));
        } else {
          open[i].fd = -1;
        }
      }
    }
    int status = 0;
    if (waitpid(id_, &status, 0) != id_) return -1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  /// What was left to print when `code` was called.
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

  bool printed(const std::string& text) const { return out_.find(text) != std::string::npos; }
  bool told(const std::string& text) const { return err_.find(text) != std::string::npos; }

 private:
  static std::string line_of(int descriptor) {
    std::string text;
    for (char next = 0; read(descriptor, &next, 1) == 1 && next != '\n';) text += next;
    return text;
  }

  penstock_test::pipe_ends output_;
  penstock_test::pipe_ends errors_;
  pid_t id_ = -1;
  std::string out_;
  std::string err_;
};

}  // namespace role_test
