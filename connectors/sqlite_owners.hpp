#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <penstock/connectors/lease_watch.hpp>
#include <penstock/connectors/machine_time.hpp>
#include <penstock/connectors/owner_locks.hpp>
#include <penstock/runtime/sqlite_connection.hpp>

namespace penstock {

/// Who has jobs of a queue's file, and whether it is still there: by the lock that its store holds, which
/// knows of no clock and no process number; by the end of its leases where it holds none, or holds it and
/// does nothing. One thread at a time; calls are parts of transactions.
class sqlite_owners {
 public:
  /// What became of an owner of leases.
  enum class state {
    alive,
    away,      ///< its leases that have ended are over
    stalled,   ///< it is there and has done nothing for a lease: all its leases are over
    ended,     ///< its process is gone, or its store
    restarted  ///< the machine was started anew since
  };
  struct view {
    state is = state::alive;
    std::optional<std::int64_t> look_again;  ///< at the latest, by one's own clock
  };

  sqlite_owners(sqlite_connection& file, std::filesystem::path locks, std::string own,
                std::shared_ptr<const machine_time> time);

  /// The name of this start of the machine in the file: what others that are there call it, as containers of
  /// one machine may have different ones.
  std::string boot();
  /// From here on this store can be seen by others. `lease`: of its jobs, in nanoseconds. Needs to be called
  /// once, before it takes something.
  void enter(const std::string& boot, std::int64_t lease);
  /// `until`: where its next lease ends; `boot`: what it calls this start of the machine; `now`: by this
  /// store's clock, the same for all that one take looks at.
  view look_at(const std::string& owner, const std::string& its_boot, std::int64_t until,
               const std::string& boot, std::int64_t lease, std::int64_t now);
  /// Nothing is out at it any more, and `look_at` has said why. Who is still there stays known: it may take
  /// jobs again.
  void brought_back(const std::string& owner, state why);

 private:
  void forget(const std::string& owner);
  owner_locks& locks();

  sqlite_connection& file_;
  std::filesystem::path locks_file_;
  std::string own_;
  std::shared_ptr<const machine_time> time_;
  std::unique_ptr<owner_locks> locks_;
  lease_watch watch_;
};

}  // namespace penstock
