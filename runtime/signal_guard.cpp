#include <penstock/runtime/signal_guard.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace penstock {

namespace {

// A signal handler can reach nothing but these.
std::atomic<int> wake_fd{-1};
std::atomic<int> signals{0};
std::atomic<int> last_signal{0};

void note(int number) {
  const int saved = errno;
  signals.fetch_add(1);
  last_signal.store(number);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_fd.load(), &one, sizeof one);
  errno = saved;
}

}  // namespace

signal_guard::signal_guard() : fd_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  wake_fd.store(fd_);
  signals.store(0);
  struct sigaction action {};
  action.sa_handler = &note;
  ::sigaction(SIGTERM, &action, &old_term_);
  ::sigaction(SIGINT, &action, &old_int_);
}

signal_guard::~signal_guard() {
  ::sigaction(SIGTERM, &old_term_, nullptr);
  ::sigaction(SIGINT, &old_int_, nullptr);
  wake_fd.store(-1);
  ::close(fd_);
}

void signal_guard::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

int signal_guard::count() {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto got = ::read(fd_, &ignored, sizeof ignored);
  return signals.load();
}

int signal_guard::last() const { return last_signal.load(); }

}  // namespace penstock
