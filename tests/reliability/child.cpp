#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "harness.hpp"

namespace reliability {

child child::of_ours(const std::vector<std::string>& words) {
  std::vector<std::string> command{"/proc/self/exe", "--child"};
  command.insert(command.end(), words.begin(), words.end());
  return start(command);
}

child child::start(const std::vector<std::string>& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& each : command) words.push_back(const_cast<char*>(each.c_str()));
  words.push_back(nullptr);
  pid_t id = -1;
  const int failed = ::posix_spawn(&id, command[0].c_str(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed != 0) {
    ::close(ends[0]);
    throw std::system_error(failed, std::generic_category(), "can't start " + command[0]);
  }
  return {id, ends[0], static_cast<int>(::syscall(SYS_pidfd_open, id, 0))};
}

child::child(child&& other) noexcept
    : id_{std::exchange(other.id_, -1)},
      reader_{std::exchange(other.reader_, -1)},
      handle_{std::exchange(other.handle_, -1)},
      over_{other.over_},
      output_{std::move(other.output_)} {}

child::~child() {
  if (id_ > 0) {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  if (reader_ >= 0) ::close(reader_);
  if (handle_ >= 0) ::close(handle_);
}

bool child::read_some(double limit) {
  if (over_) return false;
  pollfd wait{reader_, POLLIN, 0};
  if (::poll(&wait, 1, std::max(0, static_cast<int>(limit * 1000))) <= 0) return true;
  char buffer[65536];
  const auto size = ::read(reader_, buffer, sizeof buffer);
  if (size > 0) output_.append(buffer, static_cast<std::size_t>(size));
  over_ = size <= 0;
  return !over_;
}

bool child::await(const std::string& text, double limit) {
  const auto began = steady::now();
  while (output_.find(text) == std::string::npos) {
    const double left = limit - seconds_since(began);
    if (left <= 0 || !read_some(left)) return false;
  }
  return true;
}

void child::let_run(double seconds) {
  const auto began = steady::now();
  double left = seconds;
  do {
    if (!read_some(left)) return;
    left = seconds - seconds_since(began);
  } while (left > 0.001);
}

void child::send(int signal) { ::kill(id_, signal); }

std::optional<int> child::end(double limit) {
  // It may have to write on before it can end.
  const auto began = steady::now();
  for (;;) {
    const double left = limit - seconds_since(began);
    pollfd wait[2] = {{handle_, POLLIN, 0}, {over_ ? -1 : reader_, POLLIN, 0}};
    const int ready = ::poll(wait, 2, std::max(0, static_cast<int>(left * 1000)));
    if (ready <= 0) return std::nullopt;
    if (wait[1].revents != 0) read_some(0);
    if (wait[0].revents != 0) break;
  }
  int status = 0;
  ::waitpid(std::exchange(id_, -1), &status, 0);
  while (read_some(0) && [&] {
    pollfd more{reader_, POLLIN, 0};
    return ::poll(&more, 1, 0) > 0;
  }()) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

double value_of(const std::string& text, const std::string& key) {
  const auto at = text.find(key + "=");
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + key.size() + 1, nullptr);
}

}  // namespace reliability
