#include "bare_redis.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "harness.hpp"

namespace bench::bare_redis {

namespace {

using words = std::vector<std::string_view>;

struct closer {
  void operator()(redisContext* connection) const { redisFree(connection); }
  void operator()(redisReply* answer) const { freeReplyObject(answer); }
};
using connection = std::unique_ptr<redisContext, closer>;
using reply = std::unique_ptr<redisReply, closer>;

connection connect(const std::string& socket) {
  connection made{redisConnectUnix(socket.c_str())};
  require(made != nullptr && made->err == 0, "can't connect to " + socket);
  return made;
}

void say(const connection& to, const words& command) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto word : command) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(to.get(), static_cast<int>(texts.size()), texts.data(), sizes.data());
}

reply hear(const connection& from) {
  void* answer = nullptr;
  require(redisGetReply(from.get(), &answer) == REDIS_OK, "the connection is lost");
  reply made{static_cast<redisReply*>(answer)};
  require(made->type != REDIS_REPLY_ERROR, made->str == nullptr ? "an error" : made->str);
  return made;
}

}  // namespace

void fill(const std::string& socket, const std::string& stream, std::uint64_t jobs) {
  const auto server = connect(socket);
  say(server, {"XGROUP", "CREATE", stream, "group", "0", "MKSTREAM"});
  hear(server);
  constexpr std::uint64_t at_once = 1'000;
  for (std::uint64_t first = 0; first < jobs; first += at_once) {
    const auto end = std::min(first + at_once, jobs);
    for (auto job = first; job < end; ++job) {
      const auto json = std::to_string(job);
      say(server, {"XADD", stream, "*", "put", "1700000000000000", "archive", "12345", "json", json, "type",
                   "unsigned long"});
    }
    for (auto job = first; job < end; ++job) hear(server);
  }
}

double work_off(const std::string& socket, const std::string& stream, std::uint64_t jobs) {
  const auto server = connect(socket);
  const auto start = steady::now();
  std::uint64_t taken = 0;
  std::uint64_t sum = 0;
  for (;;) {
    say(server, {"XREADGROUP", "GROUP", "group", "one", "COUNT", "64", "STREAMS", stream, ">"});
    const auto answer = hear(server);
    if (answer->type != REDIS_REPLY_ARRAY) break;  // nothing is left
    const redisReply& entries = *answer->element[0]->element[1];
    words acked{"XACK", stream, "group"};
    words deleted{"XDEL", stream};
    for (std::size_t i = 0; i < entries.elements; ++i) {
      const redisReply& entry = *entries.element[i];
      const std::string_view id{entry.element[0]->str, entry.element[0]->len};
      acked.push_back(id);
      deleted.push_back(id);
      sum += std::strtoull(entry.element[1]->element[5]->str, nullptr, 10);
    }
    taken += entries.elements;
    say(server, acked);
    say(server, deleted);
    hear(server);
    hear(server);
  }
  const double seconds = seconds_since(start);
  require(taken == jobs && sum == jobs * (jobs - 1) / 2, "the bare loop lost jobs");
  return seconds;
}

}  // namespace bench::bare_redis
