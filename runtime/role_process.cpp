#include <penstock/runtime/role_process.hpp>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>

#include <penstock/messages/error.hpp>

namespace penstock {

role_process::role_process(pid_t pid) : pid_{pid} {
  descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (descriptor_ >= 0) return;
  const std::string why = std::strerror(errno);
  end();
  throw error("penstock: no descriptor of a child process could be had (pidfd_open): " + why);
}

role_process& role_process::operator=(role_process&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, -1);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

bool role_process::ends_within(int ms) const {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{ms};
  pollfd watched{descriptor_, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const int found = ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (found >= 0 || errno != EINTR) return found > 0;
  }
}

bool role_process::stopped() const {
  std::ifstream file{"/proc/" + std::to_string(pid_) + "/stat"};
  std::string line;
  std::getline(file, line);
  // The name before it, in brackets, may hold anything.
  const auto after_name = line.rfind(") ");
  return after_name != std::string::npos && line.size() > after_name + 2 && line[after_name + 2] == 'T';
}

void role_process::kill() {
  if (pid_ <= 0) return;
  // By its descriptor: if somebody else has waited for it, the number may be another process's by now.
  if (::syscall(SYS_pidfd_send_signal, descriptor_, SIGKILL, nullptr, 0) != 0) return;
  // A role has a group of its own, with whatever its bodies started.
  ::kill(-pid_, SIGKILL);
}

role_end role_process::reap() {
  siginfo_t info{};
  int waited = 0;
  do {
    waited = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED);
  } while (waited != 0 && errno == EINTR);
  pid_ = -1;
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  // Somebody else may have waited for all children.
  if (waited != 0) return {0, 0, "an unknown end"};
  if (info.si_code == CLD_EXITED) return {0, info.si_status, "exit code " + std::to_string(info.si_status)};
  const char* name = ::sigabbrev_np(info.si_status);
  return {info.si_status, 0,
          name != nullptr ? "SIG" + std::string{name} : "signal " + std::to_string(info.si_status)};
}

void role_process::end() noexcept {
  if (pid_ <= 0) return;
  kill();
  try {
    reap();
  } catch (...) {
    // No memory for words that nobody asked for.
  }
}

}  // namespace penstock
