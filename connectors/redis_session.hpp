#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/connectors/redis_connection.hpp>
#include <penstock/connectors/redis_scripts.hpp>
#include <penstock/connectors/redis_time.hpp>

namespace penstock {

/// What an owner knows of its takes, by their numbers. Plain data.
struct redis_takes {
  std::uint64_t next = 1;        ///< the one that is next, or the first of those whose answer is not known
  std::set<std::uint64_t> held;  ///< those whose job is out and has no verdict that the server confirmed
};

/// Clocks in microseconds.
struct redis_clocks {
  std::function<std::int64_t()> server;  ///< in place of the server's own; empty but in tests
  std::function<std::int64_t()> own;     ///< goes on evenly
};

/// One queue on a Redis server: runs its scripts, connects when that is needed, makes the queue ready on each
/// connection, and knows whether it is still the same queue. A call whose answer is lost is not repeated: who
/// calls knows what may happen twice. One thread at a time; throws job_queue_error.
class redis_session {
 public:
  /// `queue`: letters, digits and signs but braces. Connects at the first call. `takes` outlives this: what
  /// the server has out for the owner beyond them goes back on each connection.
  redis_session(redis_url url, std::string queue, std::string owner, redis_clocks clocks,
                const redis_takes& takes);

  /// For people: the URL without password, and the queue.
  const std::string& shown() const { return shown_; }
  /// Of changes of the queue.
  const std::string& channel() const { return keys_.front(); }
  bool is_connected() const { return connection_.is_open(); }
  /// The last call was sent, and nobody knows whether it was done.
  bool is_unanswered() const { return unanswered_; }

  /// Of the owner: a clock that is off by much less has not jumped.
  void set_lease(std::chrono::nanoseconds lease) { lease_ = lease; }
  /// So many jobs are known to be in the queue; when it is gone with them, scripts that tell the time throw.
  void expect_jobs(std::int64_t count) { jobs_ = count; }
  std::int64_t expected_jobs() const { return jobs_; }

  /// An answer that is an error is thrown.
  redis_reply call(const redis_scripts::script& script, const std::vector<std::string_view>& arguments);
  /// Gives up what may be on its way, on a new connection: the server does no take any more whose number is
  /// before the next one's.
  void start_over();
  /// Throws that the answer makes no sense.
  [[noreturn]] void fail_unexpected(const redis_scripts::script& script) const;

 private:
  void connect(bool refuses_late);
  void look_at_server();
  redis_reply prepare(bool refuses_late);
  void adopt(const redis_reply& prepared);
  redis_reply run(const redis_scripts::script& script, const std::vector<std::string_view>& arguments);
  const std::string& id_of(const redis_scripts::script& script);

  const std::string owner_;
  const redis_clocks clocks_;
  const redis_takes& takes_;
  const bool forgetful_;
  const std::string shown_;
  const std::vector<std::string> keys_;
  redis_connection connection_;
  redis_time time_;
  std::chrono::nanoseconds lease_ = std::chrono::seconds{60};
  std::string queue_id_;   ///< of the queue on the server, which another one under its name does not have
  std::int64_t jobs_ = 0;  ///< that are known to be in it
  bool lost_ = false;      ///< it was gone with jobs in it
  bool unanswered_ = false;
  std::map<const redis_scripts::script*, std::string> script_ids_;  ///< by which the server knows them
};

}  // namespace penstock
