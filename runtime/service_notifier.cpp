#include <penstock/runtime/service_notifier.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <utility>

namespace penstock {

namespace {

constexpr std::int64_t shortest_wait = 1'000'000;  ///< ns

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string{} : value;
}

/// 0 for what is no number, or none that can be.
std::int64_t number_in(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc{} && end == text.data() + text.size() && number > 0 ? number : 0;
}

/// The longest time that can be told in nanoseconds.
constexpr std::int64_t most_us = std::numeric_limits<std::int64_t>::max() / 1000;

}  // namespace

service_notifier service_notifier::of_environment() {
  const auto pid = variable("WATCHDOG_PID");
  const bool for_us = pid.empty() || number_in(pid) == ::getpid();
  const auto watchdog = for_us ? std::min(number_in(variable("WATCHDOG_USEC")), most_us) : 0;
  return service_notifier{variable("NOTIFY_SOCKET"), std::chrono::microseconds{watchdog}};
}

service_notifier::service_notifier(std::string socket, std::chrono::nanoseconds watchdog)
    : address_{std::move(socket)}, interval_{address_.empty() ? 0 : watchdog.count() / 2} {}

std::int64_t service_notifier::until_due(std::int64_t now) const {
  return interval_ == 0 ? -1 : std::max<std::int64_t>(0, due_ - now);
}

bool service_notifier::stay_alive(std::int64_t now, bool healthy,
                                  const std::function<std::string()>& status) {
  if (interval_ == 0 || now < due_) return true;
  // A body that comes back in time is no reason for a restart: it is looked at again soon.
  due_ = now + (healthy ? interval_ : std::max(interval_ / 8, shortest_wait));
  if (!healthy) return true;
  return tell(status ? "WATCHDOG=1\nSTATUS=" + status() : "WATCHDOG=1");
}

bool service_notifier::tell(std::string_view state) const {
  if (address_.empty()) return true;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (address_.size() >= sizeof to.sun_path) return false;
  std::copy(address_.begin(), address_.end(), to.sun_path);
  if (address_.front() == '@') to.sun_path[0] = '\0';
  const int from = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (from < 0) return false;
  const auto length = offsetof(sockaddr_un, sun_path) + address_.size();
  const auto sent = ::sendto(from, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(length));
  ::close(from);
  return sent == static_cast<ssize_t>(state.size());
}

}  // namespace penstock
