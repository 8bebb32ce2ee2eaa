#pragma once

#include <sys/socket.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "../../tests/support/scratch_folder.hpp"
#include "bytes.hpp"

namespace fuzz {

/// Says the same to whoever connects, whatever is asked, and then no more.
class redis_server {
 public:
  redis_server();
  ~redis_server();
  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;

  /// From the next connection on.
  void say(bytes all);
  std::string url() const { return "unix://" + socket_ + "?timeout=2s"; }

 private:
  void serve();

  const penstock_test::scratch_folder folder_;
  const std::string socket_ = folder_.file("redis.sock");
  int listener_;
  std::mutex mutex_;
  std::string answer_;
  std::thread thread_;
};

}  // namespace fuzz
