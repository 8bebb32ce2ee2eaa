#include <penstock/connectors/sqlite_owners.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace penstock {

namespace {
using statement = sqlite_connection::statement;

/// How long a process may be gone before one that has nothing to do notices it.
constexpr std::int64_t longest_unseen = 5'000'000'000;
}  // namespace

sqlite_owners::sqlite_owners(sqlite_connection& file, std::filesystem::path locks, std::string own,
                             std::shared_ptr<const machine_time> time)
    : file_{file}, locks_file_{std::move(locks)}, own_{std::move(own)}, time_{std::move(time)} {}

/// Opened only when there is somebody to look for.
owner_locks& sqlite_owners::locks() {
  if (locks_ == nullptr) locks_ = std::make_unique<owner_locks>(locks_file_);
  return *locks_;
}

std::string sqlite_owners::boot() {
  auto own = time_->boot();
  statement select{file_, "SELECT id, locks, boot FROM owners ORDER BY id"};
  while (select.step()) {
    const auto place = select.number();
    const auto number = static_cast<std::uint64_t>(select.number());
    // Whose lock can be seen here runs on this kernel.
    if (number == locks().file_number() && locks().is_held(place)) return select.text();
  }
  return own;
}

void sqlite_owners::enter(const std::string& boot, std::int64_t lease) {
  struct known {
    std::int64_t place;
    std::string name;
  };
  std::vector<known> left;
  {
    statement select{
        file_,
        "SELECT id, name FROM owners WHERE locks = ? AND NOT EXISTS (SELECT 1 FROM jobs INDEXED BY"
        " jobs_leases WHERE state = 'leased' AND jobs.owner = owners.name)"};
    select.bind(static_cast<std::int64_t>(locks().file_number()));
    while (select.step()) {
      const auto place = select.number();
      left.push_back({place, select.text()});
    }
  }
  for (const auto& each : left) {
    if (!locks().is_held(each.place)) forget(each.name);
  }
  forget(own_);
  statement insert{
      file_, "INSERT INTO owners (name, locks, boot, clock, lease_ns) VALUES (?, ?, ?, ?, ?) RETURNING id"};
  const auto clock = time_->base();
  insert.bind(own_).bind(static_cast<std::int64_t>(locks().file_number())).bind(boot).bind(clock).bind(lease);
  insert.step();
  const auto place = insert.number();
  insert.step();
  // Nobody sees the row before it is written.
  if (!locks().hold(place)) forget(own_);
}

void sqlite_owners::forget(const std::string& owner) {
  statement erase{file_, "DELETE FROM owners WHERE name = ?"};
  erase.bind(owner).step();
  watch_.forget(owner);
}

void sqlite_owners::brought_back(const std::string& owner, state why) {
  if (why == state::stalled) {
    watch_.forget(owner);
  } else if (why != state::away) {
    forget(owner);
  }
}

sqlite_owners::view sqlite_owners::look_at(const std::string& owner, const std::string& its_boot,
                                           std::int64_t until, const std::string& boot, std::int64_t lease,
                                           std::int64_t now) {
  const auto by_clock = [&]() -> view {
    return until <= now ? view{state::away, {}} : view{state::alive, until};
  };
  statement select{file_, "SELECT id, locks, clock, lease_ns FROM owners WHERE name = ?"};
  const bool is_known = select.bind(owner).step();
  const auto place = is_known ? select.number() : 0;
  if (!is_known || static_cast<std::uint64_t>(select.number()) != locks().file_number()) {
    // Of an older program, or a copy of the file.
    return its_boot != boot ? view{state::restarted, {}} : by_clock();
  }
  if (!locks().is_held(place)) return {its_boot != boot ? state::restarted : state::ended, {}};
  // It is on this kernel, whatever it calls its start.
  const bool same_clock = select.text() == time_->base();
  const auto longest = std::max(lease, select.number());
  if (same_clock) {
    // Its process may end before its leases do, and nobody would say so.
    const auto next_look = now + std::min(lease_watch::step(longest), longest_unseen);
    return until <= now ? view{state::away, {}} : view{state::alive, std::min(until, next_look)};
  }
  if (watch_.is_over(owner, until, longest, now)) return {state::stalled, {}};
  return {state::alive, now + lease_watch::step(longest)};
}

}  // namespace penstock
