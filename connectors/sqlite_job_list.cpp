// What people ask of a queue: sqlite_job_store's list, requeue and count.

#include <penstock/connectors/sqlite_job_store.hpp>
#include <penstock/connectors/sqlite_tables.hpp>

namespace penstock {

namespace {
using statement = sqlite_connection::statement;
using transaction = sqlite_connection::transaction;

constexpr auto select_jobs =
    "SELECT id, state, deliveries, deaths, put_ns, owner, reason, item_type, json, unread_by FROM jobs"
    " WHERE ?1 = '' OR state = ?1 ORDER BY id";
/// Of a file that no newer program has written to.
constexpr auto select_jobs_of_before =
    "SELECT id, state, deliveries, deaths, put_ns, owner, reason, item_type, json, 0 FROM jobs"
    " WHERE ?1 = '' OR state = ?1 ORDER BY id";
}  // namespace

std::vector<job_view> sqlite_job_store::list(std::string_view state) const {
  const std::lock_guard lock{mutex_};
  statement select{connection(),
                   sqlite_tables::are_complete(connection()) ? select_jobs : select_jobs_of_before};
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
    job.unread_by = schemas_.readers_of(select.number());
    jobs.push_back(std::move(job));
  }
  return jobs;
}

bool sqlite_job_store::requeue(std::int64_t job) {
  const std::lock_guard lock{mutex_};
  begin_writing();
  transaction all{connection()};
  statement back{connection(),
                 "UPDATE jobs SET state = 'queued', deaths = CASE state WHEN 'dead' THEN 0 ELSE deaths END,"
                 " until_ns = 0, unread_by = 0"
                 " WHERE id = ? AND (state = 'dead' OR (state = 'queued' AND unread_by > 0))"};
  back.bind(job).step();
  const bool done = connection().changes() == 1;
  all.commit();
  return done;
}

std::int64_t sqlite_job_store::requeue_all() {
  const std::lock_guard lock{mutex_};
  begin_writing();
  transaction all{connection()};
  connection().run(
      "UPDATE OR ROLLBACK jobs SET state = 'queued', deaths = 0, until_ns = 0, unread_by = 0 WHERE state = "
      "'dead'");
  auto done = connection().changes();
  connection().run(
      "UPDATE OR ROLLBACK jobs INDEXED BY jobs_unread SET until_ns = 0, unread_by = 0"
      " WHERE unread_by > 0 AND state = 'queued'");
  done += connection().changes();
  all.commit();
  return done;
}

job_counts sqlite_job_store::count() const {
  const std::lock_guard lock{mutex_};
  // Numbers of jobs are given out without a gap, so what is missing is done.
  statement select{
      connection(),
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
