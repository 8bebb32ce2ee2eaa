#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace penstock {

/// Where a Redis server is and how to get in:
///
///   redis://[[user]:password@]host[:port][/database][?timeout=5s&forgetful=no][#queue]
///   unix://[[user]:password@]/path/of.sock[?database=0&timeout=5s&forgetful=no][#queue]
///
/// Signs that mean something here are written %40 in user, password and path. An IPv6 address stands in [].
struct redis_url {
  std::string host;  ///< empty with a socket
  std::uint16_t port = 6379;
  std::string socket;  ///< path of a Unix socket, instead of host and port
  std::string user;    ///< empty: Redis' own default user
  std::string password;
  unsigned database = 0;
  std::chrono::milliseconds timeout{5000};  ///< of connecting, and of each command
  bool forgetful = false;                   ///< the server may lose jobs, and that is known
  std::string queue;                        ///< its name, where one text says all; else empty

  /// Throws job_queue_error that shows the text without its password.
  static redis_url parse(std::string_view text);
  /// It begins like one.
  static bool is_one(std::string_view text);

  /// For people: without user and password.
  std::string shown() const;
};

}  // namespace penstock
