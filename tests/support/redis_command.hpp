#pragma once

#include <string>
#include <vector>

namespace penstock_test {

/// What starts a Redis server that listens on this Unix socket alone, keeps each command in a file in
/// `folder`, ends with who started it, and writes "Ready to accept connections" to its standard output when
/// it is. Debian's redis-tools holds the server too, as the program that checks its files: what it is called
/// decides.
inline std::vector<std::string> redis_command(const std::string& socket, const std::string& folder) {
  return {"/usr/bin/setpriv",
          "--pdeathsig",
          "KILL",
          "/bin/bash",
          "-c",
          "server=/usr/bin/redis-server; [ -x $server ] || server=/usr/bin/redis-check-rdb;"
          " exec -a redis-server $server \"$@\" 2>&1",
          "redis",
          "--port",
          "0",
          "--unixsocket",
          socket,
          "--dir",
          folder,
          "--save",
          "",
          "--appendonly",
          "yes",
          "--appendfsync",
          "always"};
}

}  // namespace penstock_test
