#include <penstock/runtime/signal_guard.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <system_error>

namespace penstock {

namespace {

/// A descriptor that counts, for one guard at a time. It is never closed, as a handler may be about to write
/// to it on some other thread.
struct slot {
  std::atomic<int> fd{-1};
  std::atomic<bool> used{false};
  std::atomic<std::int64_t> first{0};  ///< ns; when the first signal came, 0: none
  std::atomic<std::int64_t> last{0};
};

// A signal handler can reach nothing but these.
constinit std::array<slot, 64> slots;
constinit std::atomic<int> last_signal{0};

// Written to a descriptor, they add up there: signals in the lower half, calls of `wake` in the upper.
constexpr std::uint64_t one_signal = 1;
constexpr std::uint64_t one_wake = std::uint64_t{1} << 32;

constinit std::mutex guards_mutex;
std::size_t guards = 0;
struct sigaction old_term {};
struct sigaction old_int {};

void add(int fd, std::uint64_t what) {
  [[maybe_unused]] const auto written = ::write(fd, &what, sizeof what);
}

std::uint64_t take(int fd) {
  std::uint64_t sum = 0;
  return ::read(fd, &sum, sizeof sum) == sizeof sum ? sum : 0;
}

std::int64_t now_in_handler() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);  // a handler may call that
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void note(int number) {
  const int saved = errno;
  last_signal.store(number);
  const auto now = now_in_handler();
  for (slot& each : slots) {
    if (!each.used.load()) continue;
    std::int64_t none = 0;
    each.first.compare_exchange_strong(none, now);
    each.last.store(now);
    add(each.fd.load(), one_signal);
  }
  errno = saved;
}

std::size_t free_slot() {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (!slots[i].used.load()) return i;
  }
  throw std::system_error(EMFILE, std::generic_category(), "signal_guard: too many at a time");
}

}  // namespace

signal_guard::signal_guard() {
  const std::lock_guard lock{guards_mutex};
  slot_ = free_slot();
  slot& mine = slots[slot_];
  if (mine.fd.load() < 0) {
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    mine.fd.store(fd);
  }
  take(mine.fd.load());  // what came too late for the guard before
  mine.first.store(0);
  mine.last.store(0);
  mine.used.store(true);
  if (guards++ > 0) return;
  struct sigaction action {};
  action.sa_handler = &note;
  ::sigaction(SIGTERM, &action, &old_term);
  ::sigaction(SIGINT, &action, &old_int);
}

signal_guard::~signal_guard() {
  const std::lock_guard lock{guards_mutex};
  slots[slot_].used.store(false);
  if (--guards > 0) return;
  ::sigaction(SIGTERM, &old_term, nullptr);
  ::sigaction(SIGINT, &old_int, nullptr);
}

int signal_guard::fd() const { return slots[slot_].fd.load(); }

void signal_guard::wake() const { add(fd(), one_wake); }

int signal_guard::count() {
  counted_ += static_cast<int>(take(fd()) % one_wake);
  return counted_;
}

std::chrono::nanoseconds signal_guard::span() const {
  const slot& mine = slots[slot_];
  return std::chrono::nanoseconds{mine.last.load() - mine.first.load()};
}

int signal_guard::last() const { return last_signal.load(); }

}  // namespace penstock
