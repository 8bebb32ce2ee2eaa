#include <penstock/runtime/process_watch.hpp>

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/thread_without_signals.hpp>

namespace penstock {

namespace {

/// Stands for the end of the watch, among the numbers of processes.
constexpr std::uint64_t end_of_watch = 0;

[[noreturn]] void refuse(int events) {
  const std::string why = std::strerror(errno);
  if (events >= 0) ::close(events);
  throw error("penstock: the ends of isolated workers can't be watched (epoll): " + why);
}

bool expect(int events, int descriptor, std::uint64_t number) {
  epoll_event wanted{};
  // Once is enough, and a process that has ended stays so.
  wanted.events = EPOLLIN | EPOLLONESHOT;
  wanted.data.u64 = number;
  return ::epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &wanted) == 0;
}

}  // namespace

process_watch& process_watch::instance() {
  static auto& kept = *new process_watch;
  return kept;
}

process_watch::process_watch() : events_{::epoll_create1(EPOLL_CLOEXEC)} {
  if (events_ < 0 || !expect(events_, over_.descriptor(), end_of_watch)) refuse(events_);
  try {
    thread_ = thread_without_signals([this] { serve(); });
  } catch (...) {
    ::close(events_);
    throw;
  }
}

process_watch::~process_watch() {
  over_.signal();
  thread_.join();
  ::close(events_);
}

std::uint64_t process_watch::add(int process, std::function<void()> ended) {
  const std::lock_guard lock{mutex_};
  const auto number = ++last_;
  watched_.emplace(number, watched{process, std::move(ended)});
  if (!expect(events_, process, number)) {
    watched_.erase(number);
    refuse(-1);
  }
  return number;
}

void process_watch::remove(std::uint64_t number) {
  decltype(watched_)::node_type removed;  // goes behind the lock: what `ended` holds may come back here
  const std::lock_guard lock{mutex_};
  removed = watched_.extract(number);
  if (!removed.empty()) ::epoll_ctl(events_, EPOLL_CTL_DEL, removed.mapped().process, nullptr);
}

void process_watch::serve() {
  std::array<epoll_event, 16> happened;
  for (;;) {
    const int count = ::epoll_wait(events_, happened.data(), static_cast<int>(happened.size()), -1);
    for (int i = 0; i < count; ++i) {
      const auto number = happened[static_cast<std::size_t>(i)].data.u64;
      if (number == end_of_watch) return;
      const std::lock_guard lock{mutex_};
      const auto found = watched_.find(number);
      if (found != watched_.end()) found->second.ended();
    }
  }
}

}  // namespace penstock
