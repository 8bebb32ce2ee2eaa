// How a process gets jobs: sqlite_job_store's takes. Each statement reads a piece of an index that is about
// what it asks for, so that a take costs the same whatever else is in the queue.

#include <penstock/connectors/sqlite_job_store.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include <penstock/connectors/sqlite_job_group.hpp>

namespace penstock {

namespace {

using statement = sqlite_connection::statement;

/// Jobs of a dead owner that one take brings back; the others come with the next.
constexpr std::size_t brought_back_at_once = 1000;
/// Delays that one take ends beyond those that it may take itself.
constexpr std::int64_t delays_ended_at_once = 16;

/// What is written beside the job itself: pages of the table and of its indexes.
constexpr std::uint64_t bytes_of_a_take = 16 * 1024;

constexpr auto has_queued =
    "SELECT EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_by_state WHERE state = 'queued')";

constexpr auto has_leased =
    "SELECT EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_by_state WHERE state = 'leased')";
constexpr auto has_lease = "SELECT EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_leases WHERE state = 'leased')";

constexpr auto end_of_time = std::numeric_limits<std::int64_t>::max();

}  // namespace

void sqlite_job_store::take_group(const take_order& wanted, exchange_result& answer) {
  const auto lease_ends = bring_back_lost(wanted.rules);
  end_delays(wanted.most);
  const bool others = has_out();
  job_group group;
  group.is_held_up = others && has_suspect_out(wanted.rules);
  if (!group.is_held_up) read_group(wanted, others, group);
  if (group.jobs.empty()) return look_ahead(wanted, lease_ends, group.is_held_up, answer);
  if (others) {
    statement company{connection(),
                      "UPDATE OR ROLLBACK jobs INDEXED BY jobs_alone SET alone = 0"
                      " WHERE state = 'leased' AND alone = 1 AND owner >= ? AND owner < ?"};
    company.bind(first_of_process_).bind(behind_process_).step();
  }
  lease_out(group, wanted.rules, !others && group.jobs.size() == 1);
  answer.jobs = std::move(group.jobs);
}

void sqlite_job_store::read_group(const take_order& wanted, bool others, job_group& group) {
  std::uint64_t written = 0;
  std::uint64_t bytes = 0;
  for (const due_job& each : oldest(wanted)) {
    taken_job job = read_job(each.job);
    const bool is_suspect = wanted.rules.is_suspect(job.deaths);
    // The oldest waits for its turn, and everything behind it too: else it would wait for ever in a busy
    // queue.
    group.is_held_up = is_suspect && (others || !group.jobs.empty());
    const auto size = job.item.archive.size() + job.item.json.size();
    written += size + bytes_of_a_take;
    // For one there is room, for more of them if the disk has it.
    if (group.is_held_up || (!group.jobs.empty() && written > room_)) return;
    group.jobs.push_back(std::move(job));
    group.last_of_set[each.set] = each.job;
    bytes += size;
    if (is_suspect || (wanted.most_bytes > 0 && bytes >= wanted.most_bytes)) return;
  }
}

/// Jobs whose lease ended are queued again, or dead. Our own are not among them: we are alive. The end of the
/// next lease of another.
std::optional<std::int64_t> sqlite_job_store::bring_back_lost(const delivery_rules& rules) {
  std::optional<std::int64_t> next_end;
  const auto now = time_->now_ns();
  std::string owner;
  for (;;) {
    auto before = owner;
    std::string boot;
    std::int64_t until = 0;
    {
      statement next{connection(),
                     "SELECT owner, boot, until_ns FROM jobs INDEXED BY jobs_leases"
                     " WHERE state = 'leased' AND owner > ? ORDER BY owner, until_ns LIMIT 1"};
      if (!next.bind(owner).step()) return next_end;
      // Names are texts, and come in their order. What is none would come again and again.
      auto name = next.text();
      if (name <= owner) database_.refuse_damaged("there is a lease in it whose owner has no name");
      owner = std::move(name);
      boot = next.text();
      // Numbers come before it, so none of those is left; and its time would never come.
      if (!next.is_number()) database_.refuse_damaged("there is a lease in it that no time ends");
      until = next.number();
    }
    if (owner == owner_) continue;
    const auto [state, look_again] = owners_.look_at(owner, boot, until, boot_, rules.lease.count(), now);
    if (state == sqlite_owners::state::alive) {
      next_end = std::min(next_end.value_or(*look_again), *look_again);
      continue;
    }
    const bool is_away = state == sqlite_owners::state::away;
    const auto brought = bring_back(owner, is_away ? now : end_of_time, state, rules);
    // The name is no text, or the time no number: that lease would be found again and again.
    if (brought == 0) database_.refuse_damaged("there is a lease in it that no time ends");
    if (brought == brought_back_at_once) {
      next_end = now;  // there may be more
      continue;
    }
    owners_.brought_back(owner, state);
    if (is_away) owner = std::move(before);  // others of its leases end later
  }
}

/// How many of those that it has until then; not all of them at once.
std::size_t sqlite_job_store::bring_back(const std::string& owner, std::int64_t until,
                                         sqlite_owners::state cause, const delivery_rules& rules) {
  const bool rebooted = cause == sqlite_owners::state::restarted;
  struct lost {
    std::int64_t job;
    unsigned deaths;
    bool alone;
  };
  std::vector<lost> found;
  {
    statement select{connection(),
                     "SELECT id, deaths, alone FROM jobs INDEXED BY jobs_leases"
                     " WHERE state = 'leased' AND owner = ? AND until_ns <= ? ORDER BY until_ns, id LIMIT ?"};
    select.bind(owner).bind(until).bind(std::int64_t{brought_back_at_once});
    while (select.step()) {
      const auto job = select.number();
      const auto deaths = static_cast<unsigned>(select.number());
      found.push_back({job, deaths + (rebooted ? 0U : 1U), select.number() != 0});
    }
  }
  const auto why = rebooted ? "the machine was started anew while " + owner + " had it"
                   : cause == sqlite_owners::state::ended
                       ? owner + " died"
                       : owner + " died, or was away for longer than its lease";
  for (const auto& each : found) {
    const bool dead = !rebooted && rules.is_dead(each.deaths, each.alone);
    const auto reason =
        dead ? std::to_string(each.deaths) + " processes died with this job; the last one: " + why : why;
    statement update{connection(),
                     "UPDATE jobs SET state = ?, until_ns = 0, deaths = ?, reason = ? WHERE id = ?"};
    update.bind(dead ? "dead" : "queued").bind(std::int64_t{each.deaths}).bind(reason).bind(each.job).step();
  }
  return found.size();
}

/// Some of the jobs whose time has come are jobs like others from now on. The rest comes with later takes.
void sqlite_job_store::end_delays(std::uint32_t most) {
  if (connection().number("SELECT EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_delayed"
                          " WHERE state = 'queued' AND until_ns > 0)") == 0) {
    return;
  }
  std::vector<std::int64_t> due;
  const auto note = [&](statement& select) {
    while (select.step()) due.push_back(select.number());
  };
  const std::int64_t limit = std::int64_t{most} + delays_ended_at_once;
  {
    statement here{connection(),
                   "SELECT id FROM jobs INDEXED BY jobs_delayed WHERE state = 'queued' AND until_ns > 0"
                   " AND boot = ? AND until_ns <= ? ORDER BY until_ns, id LIMIT ?"};
    note(here.bind(boot_).bind(time_->now_ns()).bind(limit));
    // Of another start of the machine, which nobody can compare.
    statement before{connection(),
                     "SELECT id FROM jobs INDEXED BY jobs_delayed WHERE state = 'queued' AND until_ns > 0"
                     " AND boot < ? LIMIT ?"};
    note(before.bind(boot_).bind(limit));
    statement behind{connection(),
                     "SELECT id FROM jobs INDEXED BY jobs_delayed WHERE state = 'queued' AND until_ns > 0"
                     " AND boot > ? LIMIT ?"};
    note(behind.bind(boot_).bind(limit));
  }
  for (const auto job : due)
    statement{connection(), "UPDATE jobs SET until_ns = 0 WHERE id = ?"}.bind(job).step();
}

std::vector<sqlite_job_store::due_job> sqlite_job_store::oldest(const take_order& wanted) {
  std::vector<due_job> found;
  const auto sets = schemas_.sets_without(wanted.reader);
  for (const auto set : sets) {
    statement select{connection(),
                     "SELECT id FROM jobs INDEXED BY jobs_due"
                     " WHERE state = 'queued' AND until_ns = 0 AND unread_by = ? ORDER BY id LIMIT ?"};
    select.bind(set).bind(std::int64_t{wanted.most});
    while (select.step()) found.push_back({select.number(), set});
  }
  if (sets.size() > 1) {
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.job < b.job; });
    if (found.size() > wanted.most) found.resize(wanted.most);
  }
  return found;
}

/// Something is out at this process.
bool sqlite_job_store::has_out() const {
  statement select{connection(),
                   "SELECT 1 FROM jobs INDEXED BY jobs_leases"
                   " WHERE state = 'leased' AND owner >= ? AND owner < ? LIMIT 1"};
  return select.bind(first_of_process_).bind(behind_process_).step();
}

bool sqlite_job_store::has_own_lease() const {
  statement select{connection(),
                   "SELECT 1 FROM jobs INDEXED BY jobs_leases WHERE state = 'leased' AND owner = ? LIMIT 1"};
  return select.bind(owner_).step();
}

bool sqlite_job_store::has_suspect_out(const delivery_rules& rules) const {
  statement select{connection(), rules.suspect_from() == 1
                                     ? "SELECT 1 FROM jobs INDEXED BY jobs_died_once WHERE state = 'leased'"
                                       " AND deaths >= 1 AND owner >= ? AND owner < ? LIMIT 1"
                                     : "SELECT 1 FROM jobs INDEXED BY jobs_died_twice WHERE state = 'leased'"
                                       " AND deaths >= 2 AND owner >= ? AND owner < ? LIMIT 1"};
  return select.bind(first_of_process_).bind(behind_process_).step();
}

/// Those of each set of readers by one statement: they are the first that the index has of it.
void sqlite_job_store::lease_out(const job_group& group, const delivery_rules& rules, bool alone) {
  const auto until = time_->now_ns() + rules.lease.count();
  std::int64_t leased = 0;
  for (const auto& [set, last] : group.last_of_set) {
    // A conflict is none that the rest of the transaction would survive, so nothing is kept for its sake,
    // least of all in a temporary file on a disk that may be full.
    statement lease{connection(),
                    "UPDATE OR ROLLBACK jobs INDEXED BY jobs_due SET state = 'leased', owner = ?, boot = ?,"
                    " until_ns = ?, alone = ?, deliveries = deliveries + 1"
                    " WHERE state = 'queued' AND until_ns = 0 AND unread_by = ? AND id <= ?"};
    lease.bind(owner_).bind(boot_).bind(until).bind(std::int64_t{alone}).bind(set).bind(last).step();
    leased += connection().changes();
  }
  if (leased != std::ssize(group.jobs))
    database_.refuse_damaged("an index names jobs that are not there, or not to be taken");
}

taken_job sqlite_job_store::read_job(std::int64_t job) {
  statement select{connection(),
                   "SELECT deliveries, deaths, archive, json, item_type, schema FROM jobs WHERE id = ?"};
  select.bind(job).step();
  taken_job taken;
  taken.receipt = {std::to_string(job), static_cast<std::uint64_t>(select.number()) + 1};
  taken.deaths = static_cast<unsigned>(select.number());
  taken.item.archive = select.blob();
  taken.item.json = select.text();
  taken.item.type = select.text();
  taken.item.schema = schemas_.of(select.text());
  return taken;
}

/// How many are passed over; at least one of them where not all are to be counted.
std::uint64_t sqlite_job_store::unreadable_by(const std::string& reader, bool all) {
  std::uint64_t found = 0;
  for (const auto set : schemas_.sets_with(reader)) {
    statement count{connection(), all ? "SELECT count(*) FROM jobs INDEXED BY jobs_due"
                                        " WHERE state = 'queued' AND until_ns = 0 AND unread_by = ?"
                                      : "SELECT EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_due"
                                        " WHERE state = 'queued' AND until_ns = 0 AND unread_by = ?)"};
    count.bind(set).step();
    found += static_cast<std::uint64_t>(count.number());
    if (found > 0 && !all) break;
  }
  return found;
}

/// There was nothing to take.
void sqlite_job_store::look_ahead(const take_order& wanted, std::optional<std::int64_t> lease_ends,
                                  bool is_held_up, exchange_result& answer) {
  const auto now = time_->now_ns();
  auto next = lease_ends;
  bool is_delayed = false;
  {
    statement delayed{connection(),
                      "SELECT until_ns FROM jobs INDEXED BY jobs_delayed"
                      " WHERE state = 'queued' AND until_ns > 0 AND boot = ? ORDER BY until_ns LIMIT 1"};
    is_delayed = delayed.bind(boot_).step();
    if (is_delayed) {
      // Others come before it, so none of those is left; and its time would never come.
      if (!delayed.is_number()) database_.refuse_damaged("there is a delay in it that is no number");
      const auto at = delayed.number();
      next = std::min(next.value_or(at), at);
    }
  }
  const bool is_leased = connection().number(has_leased) != 0;
  answer.empty = !is_held_up && !is_delayed && !is_leased;
  answer.held_up = is_held_up;
  if (next) answer.again_in = std::chrono::nanoseconds{std::max<std::int64_t>(*next - now, 0)};
  answer.unreadable = unreadable_by(wanted.reader, answer.empty && wanted.counts_unreadable);
  // What is in one index is in the other; or somebody would wait for ever.
  const bool is_queued = connection().number(has_queued) != 0;
  if ((is_queued && !is_held_up && !is_delayed && answer.unreadable == 0) ||
      (is_leased && connection().number(has_lease) == 0))
    database_.refuse_damaged("there are jobs in it that its indexes do not know of");
  // Ours come to an end by their verdicts, and all others by their time.
  if (is_leased && !lease_ends && !has_own_lease())
    database_.refuse_damaged("there is a lease in it that no time ends");
}

}  // namespace penstock
