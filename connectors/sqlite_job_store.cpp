#include <penstock/connectors/sqlite_job_store.hpp>

#include <sys/statvfs.h>

#include <array>
#include <charconv>
#include <ctime>
#include <fstream>
#include <system_error>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>

namespace penstock {

namespace {

using statement = sqlite_database::statement;
using transaction = sqlite_database::transaction;

/// Of the log, for verdicts and leases when the disk is full; some twice what it holds before it is used
/// anew.
constexpr std::size_t reserved_bytes = 1 << 20;
/// What a new job must leave free.
constexpr std::uint64_t kept_free = 256 * 1024;

std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// What all stores of a process have in common, up to the number of each.
std::string process_of(const std::string& owner) { return owner.substr(0, owner.rfind(':')) + ":"; }

}  // namespace

std::int64_t machine_time::now_ns() const { return clock_ns(CLOCK_MONOTONIC); }
std::int64_t machine_time::unix_ns() const { return clock_ns(CLOCK_REALTIME); }

std::string machine_time::boot() const {
  std::string id;
  std::ifstream{"/proc/sys/kernel/random/boot_id"} >> id;
  return id;
}

sqlite_job_store::sqlite_job_store(const std::filesystem::path& file, bool create, std::string owner,
                                   std::shared_ptr<const machine_time> time)
    : database_{file, create},
      owner_{std::move(owner)},
      process_{process_of(owner_)},
      time_{std::move(time)},
      boot_{time_->boot()} {}

sqlite_job_store::~sqlite_job_store() = default;

/// Who only looks at the queue must neither wait for one that writes nor hold it up.
void sqlite_job_store::begin_writing() {
  if (writes_) return;
  // The log is there from the first access on, and stays as long as this connection.
  transaction{database_.connection()};
  database_.reserve(reserved_bytes);
  writes_ = true;
}

void sqlite_job_store::on_change(std::function<void()> wake) {
  const std::lock_guard lock{mutex_};
  begin_writing();
  try {
    watch_ = std::make_unique<file_watch>(database_.log_file(), file(), std::move(wake));
  } catch (const std::system_error& problem) {
    throw job_queue_error{file().string(), problem.what()};
  }
}

/// So that a put does not take the room that verdicts need.
void sqlite_job_store::make_room_check(const stored_item& item) const {
  struct statvfs disk {};
  const auto folder = file().has_parent_path() ? file().parent_path() : std::filesystem::path{"."};
  if (::statvfs(folder.c_str(), &disk) != 0) return;
  const auto free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  // Into the log, and into the file.
  const auto needed = 2 * (item.archive.size() + item.json.size()) + kept_free;
  if (free < needed)
    throw job_queue_error{file().string(), "the disk is full", job_queue_error::kind::passing};
}

std::int64_t sqlite_job_store::put(const stored_item& item, std::chrono::nanoseconds delay) {
  const std::lock_guard lock{mutex_};
  make_room_check(item);
  begin_writing();
  database_.check_place();
  transaction all{database_.connection()};
  const auto job = insert(item, delay);
  all.commit();
  return job;
}

void sqlite_job_store::put_all(const std::vector<stored_item>& items) {
  const std::lock_guard lock{mutex_};
  begin_writing();
  database_.check_place();
  transaction all{database_.connection()};
  for (const stored_item& each : items) {
    make_room_check(each);
    insert(each, {});
  }
  all.commit();
}

std::int64_t sqlite_job_store::insert(const stored_item& item, std::chrono::nanoseconds delay) {
  statement insert{database_.connection(),
                   "INSERT INTO jobs (state, boot, until_ns, put_ns, item_type, json, archive)"
                   " VALUES ('queued', ?, ?, ?, ?, ?, ?) RETURNING id"};
  insert.bind(boot_)
      .bind(delay.count() > 0 ? time_->now_ns() + delay.count() : 0)
      .bind(time_->unix_ns())
      .bind(item.type)
      .bind(item.json)
      .bind(item.archive);
  insert.step();
  const auto job = insert.number();
  insert.step();
  return job;
}

/// Jobs whose lease ended are queued again, or dead. Our own are not among them: we are alive.
void sqlite_job_store::bring_back_lost(const delivery_rules& rules) {
  struct lost {
    std::int64_t job;
    unsigned deaths;
    bool alone;
    bool rebooted;  ///< the machine ended, and no job did that
    std::string owner;
  };
  std::vector<lost> found;
  statement select{database_.connection(),
                   "SELECT id, deaths, alone, boot <> ?, owner FROM jobs"
                   " WHERE state = 'leased' AND owner <> ? AND (boot <> ? OR until_ns <= ?)"};
  select.bind(boot_).bind(owner_).bind(boot_).bind(time_->now_ns());
  while (select.step()) {
    const auto job = select.number();
    const auto deaths = static_cast<unsigned>(select.number());
    const bool alone = select.number() != 0;
    const bool rebooted = select.number() != 0;
    found.push_back({job, deaths + (rebooted ? 0U : 1U), alone, rebooted, select.text()});
  }
  for (const auto& each : found) {
    const bool dead = !each.rebooted && rules.is_dead(each.deaths, each.alone);
    std::string reason = each.rebooted ? "the machine was started anew while " + each.owner + " had it"
                                       : each.owner + " died, or was away for longer than its lease";
    if (dead) reason = std::to_string(each.deaths) + " processes died with this job; the last one: " + reason;
    statement update{database_.connection(),
                     "UPDATE jobs SET state = ?, until_ns = 0, deaths = ?, reason = ? WHERE id = ?"};
    update.bind(dead ? "dead" : "queued").bind(std::int64_t{each.deaths}).bind(reason).bind(each.job);
    update.step();
  }
}

bool sqlite_job_store::may_take(const delivery_rules& rules, std::int64_t others, unsigned deaths) const {
  if (others == 0) return true;
  // The oldest waits for its turn, and everything behind it too: else it would wait for ever in a busy queue.
  if (rules.is_suspect(deaths)) return false;
  statement out{database_.connection(),
                "SELECT max(deaths) FROM jobs"
                " WHERE state = 'leased' AND substr(owner || ':', 1, length(?1)) = ?1"};
  out.bind(process_);
  out.step();
  return !rules.is_suspect(static_cast<unsigned>(out.number()));
}

take_result sqlite_job_store::take(const delivery_rules& rules) {
  const std::lock_guard lock{mutex_};
  begin_writing();
  if (watch_ != nullptr) watch_->arm();  // before looking, so that nothing is missed
  database_.check_place();
  take_result answer;
  transaction all{database_.connection()};
  bring_back_lost(rules);

  statement mine{database_.connection(),
                 "SELECT count(*) FROM jobs"
                 " WHERE state = 'leased' AND substr(owner || ':', 1, length(?1)) = ?1"};
  mine.bind(process_).step();
  const auto others = mine.number();

  statement oldest{database_.connection(),
                   "SELECT id, deliveries, deaths FROM jobs"
                   " WHERE state = 'queued' AND (until_ns <= ? OR boot <> ?) ORDER BY id LIMIT 1"};
  if (oldest.bind(time_->now_ns()).bind(boot_).step()) {
    const auto job = oldest.number();
    const auto delivery = oldest.number() + 1;
    const auto deaths = static_cast<unsigned>(oldest.number());
    if (may_take(rules, others, deaths)) {
      if (others > 0) {
        statement company{database_.connection(),
                          "UPDATE jobs SET alone = 0"
                          " WHERE state = 'leased' AND substr(owner || ':', 1, length(?1)) = ?1 AND alone"};
        company.bind(process_).step();
      }
      statement lease{
          database_.connection(),
          "UPDATE jobs SET state = 'leased', owner = ?, boot = ?, until_ns = ?, alone = ?, deliveries = ?"
          " WHERE id = ?"};
      lease.bind(owner_)
          .bind(boot_)
          .bind(time_->now_ns() + rules.lease.count())
          .bind(std::int64_t{others == 0});
      lease.bind(delivery).bind(job).step();
      answer.job = read_job(job, static_cast<std::uint64_t>(delivery), deaths);
    }
  }
  if (!answer.job) look_ahead(answer);
  all.commit();
  if (answer.job && watch_ != nullptr) watch_->disarm();
  return answer;
}

taken_job sqlite_job_store::read_job(std::int64_t job, std::uint64_t delivery, unsigned deaths) const {
  statement select{database_.connection(), "SELECT archive, json, item_type FROM jobs WHERE id = ?"};
  select.bind(job).step();
  taken_job taken{{std::to_string(job), delivery}, {}, deaths};
  taken.item.archive = select.blob();
  taken.item.json = select.text();
  taken.item.type = select.text();
  return taken;
}

void sqlite_job_store::look_ahead(take_result& answer) const {
  statement next{database_.connection(),
                 "SELECT count(*), coalesce(min(CASE WHEN (state = 'leased' AND owner <> ?1) OR until_ns > ?2"
                 " THEN until_ns END), -1) FROM jobs WHERE state <> 'dead'"};
  const auto now = time_->now_ns();
  next.bind(owner_).bind(now).step();
  answer.empty = next.number() == 0;
  if (const auto at = next.number(); at >= 0)
    answer.again_in = std::chrono::nanoseconds{std::max<std::int64_t>(at - now, 0)};
}

}  // namespace penstock
