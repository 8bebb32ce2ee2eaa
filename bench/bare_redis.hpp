#pragma once

#include <cstdint>
#include <string>

namespace bench {

/// A job queue as one would write it in an hour: a stream with a group of one consumer. No leases that end,
/// no deaths.
namespace bare_redis {

/// Jobs in a stream of that name on the server at this socket.
void fill(const std::string& socket, const std::string& stream, std::uint64_t jobs);

/// Takes all jobs by XREADGROUP, 64 at a time, and tells of those by XACK and XDEL in one round trip. Returns
/// the seconds.
double work_off(const std::string& socket, const std::string& stream, std::uint64_t jobs);

}  // namespace bare_redis

}  // namespace bench
