#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/actor_box.hpp>

namespace penstock {

/// Finds actors that hold a thread of the scheduler for longer than they should, because a body does not
/// return. It compares what it sees from time to time, so that a turn pays two stores for it and reads no
/// clock. Any thread.
class turn_watch {
 public:
  void add(std::string name, ref<actor_box> actor);

  /// Those of whom it has become certain since the last look that their turn goes on for `limit` ns and more.
  /// To be called about twice within a limit; a turn is found after one and a half limits at the latest.
  std::vector<long_turn> look(std::int64_t now, std::int64_t limit);

  /// Those that were found and are in the same turn still.
  std::vector<long_turn> going_on() const;

 private:
  struct entry {
    std::string name;
    ref<actor_box> actor;
    std::uint64_t turn = 0;  ///< as of the last look
    std::int64_t since = 0;  ///< ns; when that was seen first
    bool found = false;
  };

  mutable std::mutex mutex_;
  std::vector<entry> watched_;
};

}  // namespace penstock
