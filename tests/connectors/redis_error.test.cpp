#include <penstock/connectors/redis_error.hpp>

#include <penstock_test/catch.hpp>

#include <string>

namespace ps = penstock;

namespace {

ps::job_queue_error error_of(const std::string& text) {
  return ps::redis_error("redis://h:6379#jobs", {ps::redis_reply::kind::error, text, 0, {}});
}

}  // namespace

TEST_CASE("what a server says that is busy with itself passes") {
  for (const auto* text :
       {"LOADING Redis is loading the dataset in memory", "OOM command not allowed when used memory",
        "READONLY You can't write against a read only replica.", "MISCONF Redis is configured to save",
        "BUSY Redis is busy running a script.", "CLUSTERDOWN The cluster is down",
        "ERR max number of clients reached"}) {
    INFO(text);
    CHECK(error_of(text).is_passing());
  }
}

TEST_CASE("what somebody has to mend lasts") {
  for (const auto* text :
       {"WRONGPASS invalid username-password pair", "NOAUTH Authentication required.",
        "NOPERM this user has no permissions", "WRONGTYPE Operation against a key", "ERR unknown command",
        "MOVED 866 10.0.0.2:6379", "BUSYGROUP Consumer Group name already exists"}) {
    INFO(text);
    CHECK_FALSE(error_of(text).is_passing());
  }
}

TEST_CASE("an error that a script ran into is known in the words of Redis 6 too") {
  const std::string old =
      "ERR Error running script (call to f_6b1b): @user_script:3: -OOM command not allowed";
  CHECK(error_of(old).is_passing());
}

TEST_CASE("an error names the queue, what it means and what Redis said") {
  const std::string text = error_of("OOM command not allowed").what();
  CHECK(text ==
        "job queue 'redis://h:6379#jobs': the server has reached its memory limit (maxmemory) (Redis: OOM "
        "command not allowed)");
}
