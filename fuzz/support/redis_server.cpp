#include "redis_server.hpp"

#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace fuzz {

redis_server::redis_server() : listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_un place{};
  place.sun_family = AF_UNIX;
  require(socket_.size() < sizeof place.sun_path, "the folder for temporary files has too long a name");
  std::memcpy(place.sun_path, socket_.c_str(), socket_.size());
  const auto* where = reinterpret_cast<const sockaddr*>(&place);
  require(::bind(listener_, where, sizeof place) == 0 && ::listen(listener_, 16) == 0, "can't listen");
  thread_ = std::thread{[this] { serve(); }};
}

redis_server::~redis_server() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void redis_server::say(bytes all) {
  const std::lock_guard lock{mutex_};
  answer_ = text_of(all);
}

void redis_server::serve() {
  for (;;) {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    std::string answer;
    {
      const std::lock_guard lock{mutex_};
      answer = answer_;
    }
    for (std::size_t sent = 0; sent < answer.size();) {
      const auto size = ::send(client, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) break;
      sent += static_cast<std::size_t>(size);
    }
    ::shutdown(client, SHUT_WR);
    std::array<char, 4096> question;
    while (::read(client, question.data(), question.size()) > 0) {
    }
    ::close(client);
  }
}

}  // namespace fuzz
