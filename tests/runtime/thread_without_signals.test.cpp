#include <penstock/runtime/thread_without_signals.hpp>

#include <csignal>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

bool takes(int signal) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return sigismember(&mask, signal) == 0;
}

}  // namespace

TEST_CASE("a thread without signals takes none, and who starts it goes on taking them") {
  bool term = true;
  bool user = true;
  ps::thread_without_signals([&] {
    term = takes(SIGTERM);
    user = takes(SIGUSR1);
  }).join();
  CHECK_FALSE(term);
  CHECK_FALSE(user);
  CHECK(takes(SIGTERM));
  CHECK(takes(SIGUSR1));
}
