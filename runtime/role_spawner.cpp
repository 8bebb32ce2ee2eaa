#include <penstock/runtime/role_spawner.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/error.hpp>

namespace penstock {

namespace {

/// Where the child finds its socket, and the program's file that it was made of.
constexpr int child_socket = 3;
constexpr int child_executable = 4;

/// A second handle on a descriptor, out of the way of those that the child gets.
class high_descriptor {
 public:
  explicit high_descriptor(int of) : value_{::fcntl(of, F_DUPFD_CLOEXEC, child_executable + 1)} {
    if (value_ < 0)
      throw error("penstock: no descriptor for a child process: " + std::string{std::strerror(errno)});
  }
  high_descriptor(const high_descriptor&) = delete;
  high_descriptor& operator=(const high_descriptor&) = delete;
  ~high_descriptor() { ::close(value_); }
  int value() const { return value_; }

 private:
  int value_;
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const std::string& each : words) result.push_back(const_cast<char*>(each.c_str()));
  result.push_back(nullptr);
  return result;
}

class spawn_settings {
 public:
  spawn_settings(int directory, int socket, int executable) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    if (directory >= 0) ::posix_spawn_file_actions_addfchdir_np(&actions_, directory);
    ::posix_spawn_file_actions_adddup2(&actions_, socket, child_socket);
    // Looked up after all others are closed. The child closes it.
    ::posix_spawn_file_actions_adddup2(&actions_, executable, child_executable);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, child_executable + 1);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;
  ~spawn_settings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

pid_t start_program(const program_image& image, int socket) {
  const high_descriptor executable{image.executable};
  const high_descriptor own_socket{socket};
  auto environment = image.environment;
  environment.push_back(std::string{role_variable} + "=" + std::to_string(::getpid()) + ":" +
                        std::to_string(child_socket));
  const std::string path = "/proc/self/fd/" + std::to_string(child_executable);
  const spawn_settings settings{image.directory, own_socket.value(), executable.value()};
  auto arguments = pointers(image.arguments);
  auto variables = pointers(environment);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, path.c_str(), settings.actions(), settings.attributes(),
                                   arguments.data(), variables.data());
  if (failed != 0) {
    throw error("penstock: the program could not be started anew for an isolated worker: " +
                std::string{std::strerror(failed)});
  }
  return pid;
}

}  // namespace

role_spawner& role_spawner::instance() {
  static auto& kept = *new role_spawner;
  return kept;
}

role_spawner::role_spawner() : thread_{[this] { serve(); }} {}

role_process role_spawner::spawn(const program_image& image, int socket) {
  std::future<pid_t> started;
  {
    const std::lock_guard lock{mutex_};
    started = orders_.emplace_back(order{&image, socket, {}}).started.get_future();
  }
  wanted_.notify_one();
  return role_process{started.get()};
}

void role_spawner::serve() {
  // The process's signals are for other threads.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  for (;;) {
    std::unique_lock lock{mutex_};
    wanted_.wait(lock, [this] { return !orders_.empty(); });
    order next = std::move(orders_.front());
    orders_.pop_front();
    lock.unlock();
    try {
      next.started.set_value(start_program(*next.image, next.socket));
    } catch (...) {
      next.started.set_exception(std::current_exception());
    }
  }
}

}  // namespace penstock
