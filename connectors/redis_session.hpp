#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/connectors/redis_connection.hpp>
#include <penstock/connectors/redis_scripts.hpp>

namespace penstock {

/// What an owner knows of its takes, by their numbers. Plain data.
struct redis_takes {
  std::uint64_t next = 1;        ///< the one that is next, or whose answer is not known
  std::set<std::uint64_t> held;  ///< those whose job is out and has no verdict that the server confirmed
};

/// One queue on a Redis server: runs its scripts, connects when that is needed, and makes the queue ready on
/// each connection. A call whose answer is lost is not repeated: who calls knows what may happen twice. One
/// thread at a time; throws job_queue_error.
class redis_session {
 public:
  /// `queue`: letters, digits and signs but braces. Connects at the first call. `takes` outlives this: what
  /// the server has out for the owner beyond them goes back on each connection.
  redis_session(redis_url url, std::string queue, std::string owner, const redis_takes& takes);

  /// For people: the URL without password, and the queue.
  const std::string& shown() const { return shown_; }
  /// Of changes of the queue.
  const std::string& channel() const { return keys_.front(); }
  bool is_connected() const { return connection_.is_open(); }
  /// The last call was sent, and nobody knows whether it was done.
  bool is_unanswered() const { return unanswered_; }

  /// `time_us`: empty for the server's own clock. An answer that is an error is thrown.
  redis_reply call(const redis_scripts::script& script, std::string_view time_us,
                   const std::vector<std::string_view>& arguments);
  /// Gives up what may be on its way, on a new connection: the server does no take any more whose number is
  /// before the next one's.
  void start_over(std::string_view time_us);
  /// Throws that the answer makes no sense.
  [[noreturn]] void fail_unexpected(const redis_scripts::script& script) const;

 private:
  void connect(std::string_view time_us, bool refuses_late);
  redis_reply prepare(std::string_view time_us, bool refuses_late);
  redis_reply run(const redis_scripts::script& script, std::string_view time_us,
                  const std::vector<std::string_view>& arguments);
  const std::string& id_of(const redis_scripts::script& script);

  std::string owner_;
  const redis_takes& takes_;
  std::string shown_;
  std::vector<std::string> keys_;
  redis_connection connection_;
  bool unanswered_ = false;
  std::map<const redis_scripts::script*, std::string> ids_;  ///< by which the server knows them
};

}  // namespace penstock
