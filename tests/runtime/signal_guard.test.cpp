#include <penstock/runtime/signal_guard.hpp>

#include <poll.h>

#include <csignal>
#include <memory>

#include <penstock_test/catch.hpp>

using penstock::signal_guard;

namespace {

bool readable(int fd) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, 0) == 1;
}

int seen_by_program = 0;
void program_handler(int) { ++seen_by_program; }

}  // namespace

TEST_CASE("signals are counted, and the last one is known") {
  signal_guard guard;
  CHECK_FALSE(readable(guard.fd()));
  std::raise(SIGTERM);
  CHECK(readable(guard.fd()));
  CHECK(guard.count() == 1);
  CHECK(guard.last() == SIGTERM);
  std::raise(SIGINT);
  std::raise(SIGINT);
  CHECK(guard.count() == 3);
  CHECK(guard.last() == SIGINT);
}

TEST_CASE("asking for the count makes the descriptor quiet until the next signal") {
  signal_guard guard;
  std::raise(SIGTERM);
  guard.count();
  CHECK_FALSE(readable(guard.fd()));
  CHECK(guard.count() == 1);
  std::raise(SIGTERM);
  CHECK(readable(guard.fd()));
}

TEST_CASE("a waiting thread can be woken without a signal") {
  signal_guard guard;
  guard.wake();
  CHECK(readable(guard.fd()));
  CHECK(guard.count() == 0);
}

TEST_CASE("how far apart signals came is known, whenever somebody looks") {
  signal_guard guard;
  CHECK(guard.span().count() == 0);
  std::raise(SIGTERM);
  CHECK(guard.span().count() == 0);
  std::raise(SIGTERM);
  CHECK(guard.span().count() > 0);
  const signal_guard next;
  CHECK(next.span().count() == 0);
}

TEST_CASE("a new guard starts to count from zero") {
  {
    signal_guard first;
    std::raise(SIGTERM);
  }
  signal_guard second;
  CHECK(second.count() == 0);
}

TEST_CASE("two guards are both told of a signal, and the program's handlers come back with the last") {
  const auto before = std::signal(SIGTERM, &program_handler);
  seen_by_program = 0;
  {
    const auto first = std::make_unique<signal_guard>();
    auto second = std::make_unique<signal_guard>();
    std::raise(SIGTERM);
    CHECK(first->count() == 1);
    CHECK(second->count() == 1);
    second.reset();
    std::raise(SIGTERM);
    CHECK(first->count() == 2);
    CHECK(seen_by_program == 0);
  }
  std::raise(SIGTERM);
  CHECK(seen_by_program == 1);
  std::signal(SIGTERM, before);
}

TEST_CASE("after a guard the program has its own handlers back") {
  const auto before = std::signal(SIGTERM, &program_handler);
  seen_by_program = 0;
  {
    signal_guard guard;
    std::raise(SIGTERM);
    CHECK(seen_by_program == 0);
  }
  std::raise(SIGTERM);
  CHECK(seen_by_program == 1);
  std::signal(SIGTERM, before);
}
