#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/wait.h>

#include <penstock/connectors/redis_connection.hpp>
#include <penstock/connectors/redis_url.hpp>

#include <penstock_test/redis_command.hpp>

#include "queue_support.hpp"
#include "started_program.hpp"

namespace penstock_test {

/// A Redis server of the test's own on a Unix socket, with what it keeps in a folder. Ends with the test.
class redis_server {
 public:
  /// `settings` are words of its command line.
  explicit redis_server(std::vector<std::string> settings = {}) : settings_{std::move(settings)} { start(); }
  /// Its clock is off by the number in that file, see programs/shifted_clock.cpp.
  static redis_server with_clock(const std::string& shift) { return redis_server{shift_tag{}, shift}; }

  /// Starts it again after its end; it has read its data when this returns.
  void start() {
    start_program({});
    await_ready();
  }
  /// The same, but it goes on to read its data then: that many microseconds for each command in its file.
  void start_reading(unsigned us) {
    start_program({"--key-load-delay", std::to_string(us)});
    await("Server initialized");
  }
  void await_ready() { await("eady to accept connections"); }
  /// As by `kill -9`.
  void kill_now() { program_->kill_now(); }
  /// Stands still until `go_on`, also for connections that are open.
  void stand_still() {
    kill(program_->id(), SIGSTOP);
    siginfo_t ignored;
    waitid(P_PID, static_cast<id_t>(program_->id()), &ignored, WSTOPPED | WNOWAIT);
  }
  void go_on() { kill(program_->id(), SIGCONT); }

  std::string socket() const { return (folder_ / "redis.sock").string(); }
  /// `more`: settings behind the ?.
  std::string url_text(const std::string& more = {}) const { return "unix://" + socket() + more; }
  ps::redis_url url(const std::string& more = {}) const { return ps::redis_url::parse(url_text(more)); }

  /// Does something by hand.
  ps::redis_reply ask(const std::vector<std::string_view>& words) const {
    ps::redis_connection connection{url(), "test"};
    connection.open();
    auto answer = connection.ask(words);
    INFO(words[0] << ": " << answer.text);
    REQUIRE_FALSE(answer.is_error());
    return answer;
  }

 private:
  struct shift_tag {};
  redis_server(shift_tag, const std::string& file)
      : environment_{"/usr/bin/env", std::string{"LD_PRELOAD="} + PENSTOCK_SHIFTED_CLOCK,
                     "PENSTOCK_CLOCK_SHIFT=" + file} {
    start();
  }

  void start_program(const std::vector<std::string>& more) {
    auto words = redis_command(socket(), folder_.path().string());
    words.insert(words.end(), settings_.begin(), settings_.end());
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.begin(), environment_.begin(), environment_.end());
    program_.emplace(std::move(words));
  }
  void await(const std::string& words) {
    std::string said;
    for (auto one = program_->read_output(1); !one.empty() && !said.ends_with(words);
         one = program_->read_output(1)) {
      said += one;
    }
    INFO(said);
    REQUIRE(said.ends_with(words));
  }

  scratch_folder folder_;
  std::vector<std::string> settings_;
  std::vector<std::string> environment_;
  std::optional<started_program> program_;
};

}  // namespace penstock_test
