#include <penstock/connectors/file_watch.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include <penstock/runtime/thread_without_signals.hpp>

namespace penstock {

file_watch::file_watch(const std::filesystem::path& changing, const std::filesystem::path& staying,
                       std::function<void()> wake)
    : wake_{std::move(wake)} {
  const auto check = [&](int result, const std::string& what) {
    if (result >= 0) return result;
    const int problem = errno;
    close_all();
    throw std::system_error{problem, std::generic_category(), what};
  };
  notices_ = check(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
                   "can't watch files (too many watchers? look at sysctl fs.inotify.max_user_instances)");
  const auto add = [&](const std::filesystem::path& file, std::uint32_t what) {
    // One that is removed while it is open loses its name, which counts as an attribute.
    check(::inotify_add_watch(notices_, file.c_str(), what | IN_ATTRIB | IN_MOVE_SELF),
          "can't watch '" + file.string() + "'");
  };
  add(changing, IN_MODIFY);
  add(staying, 0);
  end_ = check(::eventfd(0, EFD_CLOEXEC), "eventfd");
  try {
    thread_ = thread_without_signals([this] { wait(); });
  } catch (...) {
    close_all();
    throw;
  }
}

file_watch::~file_watch() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(end_, &one, sizeof one);
  thread_.join();
  close_all();
}

void file_watch::close_all() {
  if (notices_ >= 0) ::close(notices_);
  if (end_ >= 0) ::close(end_);
}

void file_watch::wait() {
  std::array<pollfd, 2> both{{{notices_, POLLIN, 0}, {end_, POLLIN, 0}}};
  alignas(inotify_event) std::array<char, 4096> buffer;
  for (;;) {
    if (::poll(both.data(), both.size(), -1) < 0) continue;
    if (both[1].revents != 0) return;
    // Which notices they are does not matter, so one that is lost in a full queue matters no more than the
    // rest.
    while (::read(notices_, buffer.data(), buffer.size()) > 0) {
    }
    if (armed_.exchange(false)) wake_();
  }
}

}  // namespace penstock
