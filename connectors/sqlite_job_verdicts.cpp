// What a process tells of its deliveries: sqlite_job_store's verdicts and extensions.

#include <algorithm>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/job_runs.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock {

namespace {

using statement = sqlite_connection::statement;
using transaction = sqlite_connection::transaction;

/// Which job a verdict is about, where it is still ours.
void bind_delivery(statement& verdict, const job_receipt& delivery, const std::string& owner) {
  verdict.bind(number_of(delivery)).bind(static_cast<std::int64_t>(delivery.delivery)).bind(owner);
}

}  // namespace

/// False: the log should begin anew first, and nothing was done.
bool sqlite_job_store::write_at_once(const std::function<void()>& write, bool log_is_new) {
  transaction all{connection()};
  const auto room = database_.room_for_a_write(log_is_new);
  if (!room) return false;
  room_ = *room;
  write();
  all.commit();
  return true;
}

/// With the disk full, the log may have room once it begins anew.
void sqlite_job_store::write_at_all_costs(const std::function<void()>& write) {
  try {
    if (write_at_once(write, false)) return;
  } catch (const job_queue_error&) {
    if (!database_.lacked_room()) throw;
  }
  // One after the other, or they would find no moment in which nobody uses the log.
  const sqlite_turns::turn mine{database_.turns()};
  database_.checkpoint();
  write_at_once(write, true);
}

/// All at once would need more room than there is: so each verdict alone, and then one job, as what is done
/// leaves room for others.
void sqlite_job_store::write_in_parts(std::span<const job_verdict> verdicts, const take_order* wanted,
                                      exchange_result& answer) {
  for (const job_verdict& each : verdicts) {
    bool ours = false;
    write_at_all_costs([&] { ours = tell(each); });
    if (!ours) answer.late.push_back(each.delivery);
  }
  if (wanted == nullptr || wanted->most == 0) return;
  auto one = *wanted;
  one.most = 1;
  try {
    exchange_result taken;
    write_at_all_costs([&] {
      taken = {};
      take_group(one, taken);
    });
    taken.late = std::move(answer.late);
    answer = std::move(taken);
  } catch (const job_queue_error& problem) {
    if (!problem.is_passing() || verdicts.empty()) throw;
    answer.again_in = std::chrono::milliseconds{100};  // what is told must not be told again
  }
}

/// In their order, as the first one on a delivery counts; jobs that are done leave by runs of numbers, as
/// they were taken.
void sqlite_job_store::tell_all(std::span<const job_verdict> verdicts, std::vector<job_receipt>& late) {
  std::vector<std::size_t> done;
  const auto tell_one = [&](std::size_t i) {
    if (!tell(verdicts[i])) late.push_back(verdicts[i].delivery);
  };
  const auto tell_done = [&] {
    for (const job_run& run : runs_of(verdicts, done)) {
      if (run.verdicts.size() == 1 || !erase_done(run))
        std::for_each(run.verdicts.begin(), run.verdicts.end(), tell_one);
    }
    done.clear();
  };
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (verdicts[i].is == job_fate::acked) {
      done.push_back(i);
      continue;
    }
    tell_done();
    tell_one(i);
  }
  tell_done();
}

/// False: not all of them are ours any more, and nothing was done.
bool sqlite_job_store::erase_done(const job_run& run) {
  const auto bind_run = [&](statement& of) {
    of.bind(run.first).bind(run.last()).bind(static_cast<std::int64_t>(run.delivery)).bind(owner_).step();
  };
  {
    statement ours{connection(),
                   "SELECT count(*) FROM jobs NOT INDEXED"
                   " WHERE id BETWEEN ? AND ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
    bind_run(ours);
    if (static_cast<std::size_t>(ours.number()) != run.verdicts.size()) return false;
  }
  statement erase{connection(),
                  "DELETE FROM jobs NOT INDEXED"
                  " WHERE id BETWEEN ? AND ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
  bind_run(erase);
  return true;
}

/// False: the delivery is not ours any more.
bool sqlite_job_store::tell(const job_verdict& verdict) {
  switch (verdict.is) {
    case job_fate::acked: {
      statement done{connection(),
                     "DELETE FROM jobs WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
      bind_delivery(done, verdict.delivery, owner_);
      done.step();
      return connection().changes() == 1;
    }
    case job_fate::nacked:
      return give_back(verdict.delivery, verdict.reason, {});
    case job_fate::unreadable:
      if (!reader_.empty()) return give_back_unread(verdict.delivery, verdict.reason);
      [[fallthrough]];  // nobody could tell later whom to keep it from
    case job_fate::buried:
      break;
  }
  statement dead{connection(),
                 "UPDATE jobs SET state = 'dead', until_ns = 0, reason = ?"
                 " WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
  bind_delivery(dead.bind(verdict.reason), verdict.delivery, owner_);
  dead.step();
  return connection().changes() == 1;
}

bool sqlite_job_store::give_back(const job_receipt& delivery, const std::string& reason,
                                 std::chrono::nanoseconds delay) {
  statement back{connection(),
                 "UPDATE jobs SET state = 'queued', boot = ?, until_ns = ?, reason = ?"
                 " WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
  back.bind(boot_).bind(delay.count() > 0 ? time_->now_ns() + delay.count() : 0).bind(reason);
  bind_delivery(back, delivery, owner_);
  back.step();
  return connection().changes() == 1;
}

bool sqlite_job_store::give_back_unread(const job_receipt& delivery, const std::string& reason) {
  std::int64_t set = 0;
  {
    statement select{connection(),
                     "SELECT unread_by FROM jobs"
                     " WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
    bind_delivery(select, delivery, owner_);
    if (!select.step()) return false;
    set = schemas_.set_with(select.number(), reader_);
  }
  statement back{connection(),
                 "UPDATE jobs SET state = 'queued', until_ns = 0, reason = ?, unread_by = ? WHERE id = ?"};
  back.bind(reason).bind(set).bind(number_of(delivery)).step();
  return true;
}

bool sqlite_job_store::ack(const job_receipt& delivery) {
  const job_verdict one{delivery, job_fate::acked, {}};
  return exchange({&one, 1}, nullptr).late.empty();
}

bool sqlite_job_store::nack(const job_receipt& delivery, const std::string& reason) {
  return nack(delivery, reason, {});
}

bool sqlite_job_store::nack(const job_receipt& delivery, const std::string& reason,
                            std::chrono::nanoseconds delay) {
  const std::lock_guard lock{mutex_};
  begin_writing();
  bool done = false;
  write_at_all_costs([&] { done = give_back(delivery, reason, delay); });
  return done;
}

bool sqlite_job_store::bury(const job_receipt& delivery, const std::string& reason) {
  const job_verdict one{delivery, job_fate::buried, reason};
  return exchange({&one, 1}, nullptr).late.empty();
}

std::vector<job_receipt> sqlite_job_store::extend(std::span<const job_receipt> deliveries,
                                                  std::chrono::nanoseconds lease) {
  const std::lock_guard lock{mutex_};
  std::vector<job_receipt> lost;
  if (deliveries.empty()) return lost;
  begin_writing();
  const auto extend_some = [&](std::span<const job_receipt> some) {
    // Read when nobody else writes: who waited for that would write a lease that has ended.
    const auto until = time_->now_ns() + lease.count();
    for (const job_receipt& each : some) {
      statement longer{connection(),
                       "UPDATE jobs SET until_ns = ?, boot = ?"
                       " WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
      bind_delivery(longer.bind(until).bind(boot_), each, owner_);
      longer.step();
      if (connection().changes() != 1) lost.push_back(each);
    }
  };
  constexpr std::size_t bytes_of_one = 16 * 1024;
  for (auto rest = deliveries; !rest.empty();) {
    std::size_t now = 0;
    const auto before = lost.size();
    write_at_all_costs([&] {
      lost.resize(before);
      now = std::min(rest.size(), std::max<std::size_t>(room_ / bytes_of_one, 1));
      extend_some(rest.first(now));
    });
    rest = rest.subspan(now);
  }
  return lost;
}

}  // namespace penstock
