#include <penstock/connectors/owner_name.hpp>

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <random>

namespace penstock {

namespace {

std::string random_digits() {
  constexpr auto digits = "0123456789abcdef";
  std::random_device random;
  std::string text;
  for (int word = 0; word < 4; ++word) {
    auto bits = random();
    for (int i = 0; i < 8; ++i, bits >>= 4U) text.push_back(digits[bits & 15U]);
  }
  return text;
}

struct own_token {
  std::mutex mutex;
  std::string token;
};

own_token& token_of_process() {
  static own_token& one = *new own_token;  // for as long as threads may ask
  return one;
}

/// The child of a fork is another process.
void watch_forks() {
  static const int watched =
      ::pthread_atfork([] { token_of_process().mutex.lock(); }, [] { token_of_process().mutex.unlock(); },
                       [] {
                         token_of_process().token.clear();
                         token_of_process().mutex.unlock();
                       });
  static_cast<void>(watched);
}

}  // namespace

std::string process_token() {
  watch_forks();
  auto& own = token_of_process();
  const std::lock_guard lock{own.mutex};
  if (own.token.empty()) own.token = random_digits();
  return own.token;
}

std::string new_owner_name() {
  static std::atomic<unsigned> stores{0};
  std::array<char, 65> host{};
  ::gethostname(host.data(), host.size() - 1);
  return std::string{host.data()} + ":" + std::to_string(::getpid()) + ":" + process_token() + ":" +
         std::to_string(++stores);
}

}  // namespace penstock
