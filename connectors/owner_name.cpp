#include <penstock/connectors/owner_name.hpp>

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <random>

namespace penstock {

std::string random_token() {
  std::random_device source;
  std::string digits;
  while (digits.size() < 32) {
    const auto word = source();
    for (unsigned shift = 0; shift < 32; shift += 4) digits += "0123456789abcdef"[word >> shift & 15U];
  }
  return digits;
}

namespace {

/// A fork waits until nobody is in it, so that the child can use it, and the child begins without a token.
class token_of_process {
 public:
  static token_of_process& the() {
    static token_of_process one;
    return one;
  }
  std::string get() {
    const std::lock_guard lock{mutex_};
    if (token_.empty()) token_ = random_token();
    return token_;
  }

 private:
  token_of_process() {
    ::pthread_atfork([] { the().mutex_.lock(); }, [] { the().mutex_.unlock(); },
                     [] {
                       the().token_.clear();
                       the().mutex_.unlock();
                     });
  }

  std::mutex mutex_;
  std::string token_;
};

}  // namespace

std::string process_token() { return token_of_process::the().get(); }

std::string new_owner_name() {
  static std::atomic<unsigned> stores{0};
  std::array<char, 65> host{};
  ::gethostname(host.data(), host.size() - 1);
  return std::string{host.data()} + ":" + std::to_string(::getpid()) + ":" + process_token() + ":" +
         std::to_string(++stores);
}

}  // namespace penstock
