#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/connectors/redis_reply.hpp>
#include <penstock/connectors/redis_server_facts.hpp>
#include <penstock/connectors/redis_url.hpp>

struct redisContext;

namespace penstock {

/// A connection to a Redis server, which is lost by any failure and opened anew when somebody says so. No
/// command takes longer than the timeout of the URL, but for names that the resolver does not answer; `open`
/// is several. One thread at a time. All calls throw job_queue_error; its text names `queue`.
class redis_connection {
 public:
  redis_connection(redis_url url, std::string queue);
  ~redis_connection();
  redis_connection(const redis_connection&) = delete;
  redis_connection& operator=(const redis_connection&) = delete;

  /// Connects, logs in, and refuses servers that are too old.
  void open();
  void close();
  bool is_open() const { return context_ != nullptr; }
  /// The server has ended it while nobody asked for anything.
  bool was_lost() const;

  /// What the server said of itself when this was opened.
  const redis_server_facts& server() const { return server_; }
  /// The file descriptor, to wait on.
  int handle() const;

  /// Sends a command and waits for the answer to it, which may be an error of Redis.
  redis_reply ask(const std::vector<std::string_view>& words);
  /// What has come without being asked for; nothing where no whole message is there. Waits for nothing.
  std::optional<redis_reply> read_arrived();

  /// Throws what Redis said.
  [[noreturn]] void fail(const redis_reply& reply) const;

 private:
  using time_point = std::chrono::steady_clock::time_point;
  struct closer {
    void operator()(redisContext* context) const;
  };

  void log_in();
  void look_at_server();
  void expect_good(const std::vector<std::string_view>& words);
  void send(const std::vector<std::string_view>& words, time_point deadline);
  void await(short what, time_point deadline);
  void read_some();
  std::optional<redis_reply> parse();
  [[noreturn]] void lose(const std::string& reason);

  const redis_url url_;
  const std::string queue_;
  std::unique_ptr<redisContext, closer> context_;
  std::optional<redis_reply_reader> reader_;
  redis_server_facts server_;
};

}  // namespace penstock
