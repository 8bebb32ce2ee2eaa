// What a process tells of its deliveries: sqlite_job_store's verdicts and extensions.

#include <charconv>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock {

namespace {

using statement = sqlite_connection::statement;
using transaction = sqlite_connection::transaction;

std::int64_t number_of(const job_receipt& delivery) {
  std::int64_t job = 0;
  std::from_chars(delivery.job.data(), delivery.job.data() + delivery.job.size(), job);
  return job;
}

/// Which job a verdict is about, where it is still ours.
void bind_delivery(statement& verdict, const job_receipt& delivery, const std::string& owner) {
  verdict.bind(number_of(delivery)).bind(static_cast<std::int64_t>(delivery.delivery)).bind(owner);
}

}  // namespace

/// With the disk full, the log may have room once it begins anew.
void sqlite_job_store::write_at_all_costs(const std::function<void()>& write) {
  const auto at_once = [&] {
    transaction all{connection()};
    write();
    all.commit();
  };
  try {
    return at_once();
  } catch (const job_queue_error& problem) {
    if (!problem.is_passing()) throw;
  }
  database_.checkpoint();
  at_once();
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
  write_at_all_costs([&] {
    lost.clear();
    const auto until = time_->now_ns() + lease.count();
    for (const job_receipt& each : deliveries) {
      statement longer{connection(),
                       "UPDATE jobs SET until_ns = ?, boot = ?"
                       " WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
      bind_delivery(longer.bind(until).bind(boot_), each, owner_);
      longer.step();
      if (connection().changes() != 1) lost.push_back(each);
    }
  });
  return lost;
}

}  // namespace penstock
