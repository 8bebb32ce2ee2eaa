#include <penstock/runtime/service_notifier.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <penstock_test/child_process.hpp>

#include "engine_support.hpp"

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace penstock_test;

namespace {

constexpr std::int64_t second = 1'000'000'000;

/// A service manager's end: a datagram socket at a path or, with '@', at a name without a file.
class manager {
 public:
  explicit manager(std::string address) : address_{std::move(address)} {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::copy(address_.begin(), address_.end(), at.sun_path);
    if (address_[0] == '@') at.sun_path[0] = '\0';
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), length) == 0);
  }
  ~manager() {
    ::close(socket_);
    if (address_[0] != '@') ::unlink(address_.c_str());
  }
  manager(const manager&) = delete;
  manager& operator=(const manager&) = delete;

  const std::string& address() const { return address_; }
  /// What has come so far and was not read.
  std::vector<std::string> heard() {
    std::vector<std::string> all;
    char text[256];
    for (ssize_t size = 0; (size = ::recv(socket_, text, sizeof text, MSG_DONTWAIT)) >= 0;)
      all.emplace_back(text, static_cast<std::size_t>(size));
    return all;
  }
  /// The next that comes.
  std::string hear() {
    char text[256];
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, 60'000) != 1) return "nothing";
    return std::string(text, static_cast<std::size_t>(::recv(socket_, text, sizeof text, 0)));
  }

 private:
  std::string address_;
  int socket_ = -1;
};

std::string some_path() {
  return (std::filesystem::temp_directory_path() / ("penstock-notify-" + std::to_string(::getpid())))
      .string();
}
std::string some_name() { return "@penstock-notify-" + std::to_string(::getpid()); }

/// A program that runs a stream without end until it is told to stop. It may be watched, each 200 ms.
int serve(const std::string& address, bool watched) {
  ::setenv("NOTIFY_SOCKET", address.c_str(), 1);
  if (watched) ::setenv("WATCHDOG_USEC", "200000", 1);
  ps::graph g{"service"};
  g.source("numbers", endless()).sink("end", [](int) {});
  ps::runtime rt{ps::runtime_options{}};
  return rt.run(g);
}

}  // namespace

TEST_CASE("a service manager at a path hears when the process is ready and when it stops") {
  manager above{some_path()};
  const ps::service_notifier notifier{above.address()};
  CHECK(notifier.ready());
  CHECK(notifier.stopping());
  CHECK(above.heard() == std::vector<std::string>{"READY=1", "STOPPING=1"});
}

TEST_CASE("a service manager may have an abstract name") {
  manager above{some_name()};
  CHECK(ps::service_notifier{above.address()}.ready());
  CHECK(above.heard() == std::vector<std::string>{"READY=1"});
}

TEST_CASE("without a service manager nothing is to be told and nothing fails") {
  ps::service_notifier nobody{{}, std::chrono::seconds{1}};
  CHECK(nobody.ready());
  CHECK(nobody.until_due(0) < 0);
  CHECK(nobody.stay_alive(0, true));
}

TEST_CASE("a service manager that is not there is no reason to throw") {
  CHECK_FALSE(ps::service_notifier{some_path() + "-none"}.ready());
  CHECK_FALSE(ps::service_notifier{std::string(500, '/')}.ready());
}

TEST_CASE("the watchdog hears of a process twice within its time") {
  manager above{some_name()};
  ps::service_notifier notifier{above.address(), std::chrono::seconds{10}};
  CHECK(notifier.until_due(7 * second) == 0);
  notifier.stay_alive(7 * second, true);
  CHECK(notifier.until_due(7 * second) == 5 * second);
  notifier.stay_alive(11 * second, true);
  CHECK(notifier.until_due(11 * second) == 1 * second);
  CHECK(above.heard().size() == 1);
  notifier.stay_alive(12 * second, true);
  CHECK(above.heard() == std::vector<std::string>{"WATCHDOG=1"});
}

TEST_CASE("a sign of life says how the process is, which is not asked for otherwise") {
  manager above{some_name()};
  ps::service_notifier notifier{above.address(), std::chrono::seconds{10}};
  int asked = 0;
  const auto status = [&asked] { return std::to_string(++asked) + " done"; };
  notifier.stay_alive(1 * second, true, status);
  notifier.stay_alive(2 * second, true, status);
  notifier.stay_alive(6 * second, false, status);
  notifier.stay_alive(8 * second, true, status);
  CHECK(above.heard() == std::vector<std::string>{"WATCHDOG=1\nSTATUS=1 done", "WATCHDOG=1\nSTATUS=2 done"});
}

TEST_CASE("the watchdog hears nothing of a process that is not healthy, until it is again") {
  manager above{some_name()};
  ps::service_notifier notifier{above.address(), std::chrono::seconds{10}};
  notifier.stay_alive(1 * second, false);
  notifier.stay_alive(6 * second, false);
  CHECK(above.heard().empty());
  // Soon after, not only when the next sign of life would have been due.
  notifier.stay_alive(7 * second, true);
  CHECK(above.heard() == std::vector<std::string>{"WATCHDOG=1"});
}

TEST_CASE("the watchdog of another process is not ours") {
  manager above{some_name()};
  ::setenv("NOTIFY_SOCKET", above.address().c_str(), 1);
  ::setenv("WATCHDOG_USEC", "1000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  const auto ours = ps::service_notifier::of_environment().until_due(0);
  ::setenv("WATCHDOG_PID", "1", 1);
  const auto others = ps::service_notifier::of_environment().until_due(0);
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  CHECK(ours == 0);
  CHECK(others < 0);
}

TEST_CASE("a program says that it is ready once its run has started, and that it stops at a drain",
          "[engine]") {
  manager above{some_name()};
  child_process child{[&](int) { return serve(above.address(), false); }};
  CHECK(above.hear() == "READY=1");
  child.send(SIGTERM);
  CHECK(above.hear() == "STOPPING=1");
  CHECK(child.ended_with() == 0);
  CHECK(above.heard().empty());
}

TEST_CASE("a program that runs tells its watchdog so, again and again", "[engine]") {
  manager above{some_name()};
  child_process child{[&](int) { return serve(above.address(), true); }};
  CHECK(above.hear() == "READY=1");
  for (int i = 0; i < 3; ++i) CHECK(mentions(above.hear(), "WATCHDOG=1\nSTATUS=running, "));
  child.send(SIGTERM);
  CHECK(child.ended_with() == 0);
  const auto last = above.heard();
  CHECK(std::count(last.begin(), last.end(), "STOPPING=1") == 1);
}
