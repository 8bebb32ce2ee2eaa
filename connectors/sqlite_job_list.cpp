// What people ask of a queue: sqlite_job_store's list, requeue and count.

#include <penstock/connectors/sqlite_job_store.hpp>

namespace penstock {

namespace {
using statement = sqlite_database::statement;
using transaction = sqlite_database::transaction;
}  // namespace

std::vector<job_view> sqlite_job_store::list(std::string_view state) const {
  const std::lock_guard lock{mutex_};
  statement select{database_.connection(),
                   "SELECT id, state, deliveries, deaths, put_ns, owner, reason, item_type, json FROM jobs"
                   " WHERE ?1 = '' OR state = ?1 ORDER BY id"};
  select.bind(state);
  std::vector<job_view> jobs;
  while (select.step()) {
    job_view job;
    job.job = select.number();
    job.state = select.text();
    job.deliveries = static_cast<std::uint64_t>(select.number());
    job.deaths = static_cast<unsigned>(select.number());
    job.put_ns = select.number();
    job.owner = select.text();
    job.reason = select.text();
    job.type = select.text();
    job.json = select.text();
    jobs.push_back(std::move(job));
  }
  return jobs;
}

bool sqlite_job_store::requeue(std::int64_t job) {
  const std::lock_guard lock{mutex_};
  transaction all{database_.connection()};
  statement back{
      database_.connection(),
      "UPDATE jobs SET state = 'queued', deaths = 0, until_ns = 0 WHERE id = ? AND state = 'dead'"};
  back.bind(job).step();
  const bool done = database_.connection().changes() == 1;
  all.commit();
  return done;
}

std::int64_t sqlite_job_store::requeue_all() {
  const std::lock_guard lock{mutex_};
  transaction all{database_.connection()};
  statement back{database_.connection(),
                 "UPDATE jobs SET state = 'queued', deaths = 0, until_ns = 0 WHERE state = 'dead'"};
  back.step();
  const auto done = database_.connection().changes();
  all.commit();
  return done;
}

job_counts sqlite_job_store::count() const {
  const std::lock_guard lock{mutex_};
  // Numbers of jobs are given out without a gap, so what is missing is done.
  statement select{
      database_.connection(),
      "SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'leased'),"
      " count(*) FILTER (WHERE state = 'dead'),"
      " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'jobs'), 0) - count(*) FROM jobs"};
  select.step();
  job_counts all;
  all.queued = select.number();
  all.leased = select.number();
  all.dead = select.number();
  all.done = select.number();
  return all;
}

}  // namespace penstock
