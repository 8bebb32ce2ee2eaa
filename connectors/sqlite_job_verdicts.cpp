// What a process tells of its deliveries: sqlite_job_store's ack, nack, bury and extend.

#include <charconv>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock {

namespace {

using statement = sqlite_database::statement;
using transaction = sqlite_database::transaction;

std::int64_t number_of(const job_receipt& delivery) {
  std::int64_t job = 0;
  std::from_chars(delivery.job.data(), delivery.job.data() + delivery.job.size(), job);
  return job;
}

}  // namespace

/// With the disk full, the log may have room once it begins anew.
void sqlite_job_store::write_at_all_costs(const std::function<void()>& write) {
  const std::lock_guard lock{mutex_};
  const auto at_once = [&] {
    transaction all{database_.connection()};
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

bool sqlite_job_store::settle(const std::function<bool()>& write) {
  bool done = false;
  write_at_all_costs([&] { done = write(); });
  return done;
}

bool sqlite_job_store::ack(const job_receipt& delivery) {
  return settle([&] {
    statement done{database_.connection(),
                   "DELETE FROM jobs WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
    done.bind(number_of(delivery)).bind(static_cast<std::int64_t>(delivery.delivery)).bind(owner_).step();
    return database_.connection().changes() == 1;
  });
}

bool sqlite_job_store::nack(const job_receipt& delivery, const std::string& reason) {
  return nack(delivery, reason, {});
}

bool sqlite_job_store::nack(const job_receipt& delivery, const std::string& reason,
                            std::chrono::nanoseconds delay) {
  return settle([&] {
    statement back{database_.connection(),
                   "UPDATE jobs SET state = 'queued', boot = ?, until_ns = ?, reason = ?"
                   " WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
    back.bind(boot_).bind(delay.count() > 0 ? time_->now_ns() + delay.count() : 0).bind(reason);
    back.bind(number_of(delivery)).bind(static_cast<std::int64_t>(delivery.delivery)).bind(owner_).step();
    return database_.connection().changes() == 1;
  });
}

bool sqlite_job_store::bury(const job_receipt& delivery, const std::string& reason) {
  return settle([&] {
    statement dead{database_.connection(),
                   "UPDATE jobs SET state = 'dead', until_ns = 0, reason = ?"
                   " WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
    dead.bind(reason);
    dead.bind(number_of(delivery)).bind(static_cast<std::int64_t>(delivery.delivery)).bind(owner_).step();
    return database_.connection().changes() == 1;
  });
}

std::vector<job_receipt> sqlite_job_store::extend(std::span<const job_receipt> deliveries,
                                                  std::chrono::nanoseconds lease) {
  std::vector<job_receipt> lost;
  if (deliveries.empty()) return lost;
  write_at_all_costs([&] {
    lost.clear();
    const auto until = time_->now_ns() + lease.count();
    for (const job_receipt& each : deliveries) {
      statement longer{database_.connection(),
                       "UPDATE jobs SET until_ns = ?, boot = ?"
                       " WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
      longer.bind(until).bind(boot_);
      longer.bind(number_of(each)).bind(static_cast<std::int64_t>(each.delivery)).bind(owner_).step();
      if (database_.connection().changes() != 1) lost.push_back(each);
    }
  });
  return lost;
}

}  // namespace penstock
