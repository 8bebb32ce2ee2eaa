#include <penstock/connectors/sqlite_job_store.hpp>

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/sqlite_tables.hpp>

namespace penstock {

namespace {

using statement = sqlite_connection::statement;
using transaction = sqlite_connection::transaction;

/// Of the log, for verdicts and leases when the disk is full; some twice what it holds before it is used
/// anew.
constexpr std::size_t reserved_bytes = 1 << 20;

/// At most: pages of the table and of its indexes.
constexpr std::size_t bytes_of_a_verdict = 32 * 1024;

/// What the names of a process's stores begin with, up to the number of each.
std::string first_of(const std::string& owner) {
  const auto end = owner.rfind(':');
  return end == std::string::npos ? owner : owner.substr(0, end + 1);
}

/// The first text behind all of them.
std::string behind(std::string first) {
  if (first.ends_with(':')) {
    ++first.back();
  } else {
    first.push_back('\1');
  }
  return first;
}

}  // namespace

sqlite_job_store::sqlite_job_store(const std::filesystem::path& file, bool create, std::string owner,
                                   std::shared_ptr<const machine_time> time)
    : database_{file, create},
      schemas_{database_.connection()},
      owner_{std::move(owner)},
      first_of_process_{first_of(owner_)},
      behind_process_{behind(first_of_process_)},
      time_{std::move(time)},
      owners_{database_.connection(), database_.file().string() + "-owners", owner_, time_},
      boot_{time_->boot()} {}

sqlite_job_store::~sqlite_job_store() = default;

/// Who only looks at the queue must neither wait for one that writes nor hold it up.
void sqlite_job_store::begin_writing() {
  if (writes_) return;
  if (!sqlite_tables::are_complete(connection())) complete_tables();
  // The log is there from the first access on, and stays as long as this connection.
  transaction{connection()};
  database_.reserve(reserved_bytes);
  boot_ = owners_.boot();
  writes_ = true;
}

/// Piece by piece, and before anything is set apart: an older program may have filled the disk.
void sqlite_job_store::complete_tables() {
  try {
    for (std::size_t piece = 0; piece < sqlite_tables::pieces(); ++piece)
      write_at_all_costs([&] { sqlite_tables::add(connection(), piece); });
  } catch (const job_queue_error&) {
    if (!database_.lacked_room()) throw;
    constexpr std::int64_t bytes_of_entry = 32;  // in the index, and in the log
    const auto needed = 256 + connection().number("SELECT count(*) FROM jobs") * bytes_of_entry / 1024;
    throw job_queue_error{file().string(),
                          "the disk is full, and what this program adds once to a queue of an earlier one "
                          "takes about " +
                              std::to_string(needed) + " KiB of it: make that room",
                          job_queue_error::kind::passing};
  }
}

/// Others see from here on whether this store is there.
void sqlite_job_store::enter(const delivery_rules& rules) {
  if (has_entered_) return;
  write_at_all_costs([&] { owners_.enter(boot_, rules.lease.count()); });
  has_entered_ = true;
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

std::int64_t sqlite_job_store::put(const stored_item& item, std::chrono::nanoseconds delay) {
  return add({&item, 1}, delay).front();
}

std::vector<std::int64_t> sqlite_job_store::put_all(const std::vector<stored_item>& items,
                                                    std::chrono::nanoseconds delay) {
  if (items.empty()) return {};
  return add(items, delay);
}

/// Their numbers.
std::vector<std::int64_t> sqlite_job_store::add(std::span<const stored_item> items,
                                                std::chrono::nanoseconds delay) {
  const std::lock_guard lock{mutex_};
  begin_writing();
  database_.check_place();
  std::optional<sqlite_turns::turn> turn;
  for (const bool log_is_new : {false, true}) {
    transaction all{connection()};
    if (leaves_room(items, log_is_new)) {
      std::vector<std::int64_t> jobs;
      for (const stored_item& each : items) jobs.push_back(insert(each, delay));
      all.commit();
      return jobs;
    }
    all.roll_back();
    if (log_is_new) break;
    turn.emplace(database_.turns());
    database_.checkpoint();
  }
  throw job_queue_error{file().string(), "the disk is full", job_queue_error::kind::passing};
}

/// So that jobs do not take the room that working on them needs.
bool sqlite_job_store::leaves_room(std::span<const stored_item> items, bool log_is_new) {
  const auto known = static_cast<std::uint64_t>(connection().number("SELECT largest FROM sizes"));
  jobs_to_come all;
  for (const stored_item& each : items) all.add(each.archive.size() + each.json.size());
  const auto own_largest = all.largest;
  all.largest = std::max(all.largest, known);
  const disk_room disk{database_.figures()};
  if (!disk.has_room_for(all, log_is_new)) {
    // The largest may be gone, as all others are.
    if (own_largest >= known || connection().number("SELECT EXISTS (SELECT 1 FROM jobs)") != 0) return false;
    all.largest = own_largest;
    if (!disk.has_room_for(all, log_is_new)) return false;
  }
  if (all.largest != known) {
    statement keep{connection(), "UPDATE sizes SET largest = ?"};
    keep.bind(static_cast<std::int64_t>(all.largest)).step();
  }
  return true;
}

std::int64_t sqlite_job_store::insert(const stored_item& item, std::chrono::nanoseconds delay) {
  if (item.schema) schemas_.keep(*item.schema);
  statement insert{connection(),
                   "INSERT INTO jobs (state, boot, until_ns, put_ns, item_type, json, archive, schema)"
                   " VALUES ('queued', ?, ?, ?, ?, ?, ?, ?) RETURNING id"};
  insert.bind(boot_)
      .bind(delay.count() > 0 ? time_->now_ns() + delay.count() : 0)
      .bind(time_->unix_ns())
      .bind(item.type)
      .bind(item.json)
      .bind(item.archive)
      .bind(item.schema ? std::string_view{item.schema->hash} : std::string_view{});
  insert.step();
  const auto job = insert.number();
  insert.step();
  return job;
}

exchange_result sqlite_job_store::exchange(std::span<const job_verdict> verdicts, const take_order* wanted) {
  const std::lock_guard lock{mutex_};
  begin_writing();
  if (wanted != nullptr) {
    if (watch_ != nullptr) watch_->arm();  // before looking, so that nothing is missed
    database_.check_place();
    reader_ = wanted->reader;
    enter(wanted->rules);
  }
  exchange_result answer;
  bool is_too_much = false;
  write_at_all_costs([&] {
    answer = {};
    const auto for_verdicts = verdicts.size() * bytes_of_a_verdict;
    is_too_much = verdicts.size() > 1 && for_verdicts > room_;
    if (is_too_much) return;
    tell_all(verdicts, answer.late);
    room_ -= std::min<std::uint64_t>(room_, for_verdicts);
    if (wanted != nullptr && wanted->most > 0) take_group(*wanted, answer);
  });
  if (is_too_much) write_in_parts(verdicts, wanted, answer);
  if (!answer.jobs.empty() && watch_ != nullptr) watch_->disarm();
  return answer;
}

take_result sqlite_job_store::take(const delivery_rules& rules) {
  const take_order one{rules, 1, {}};
  auto taken = exchange({}, &one);
  take_result answer;
  if (!taken.jobs.empty()) answer.job = std::move(taken.jobs.front());
  answer.again_in = taken.again_in;
  answer.empty = taken.empty;
  return answer;
}

}  // namespace penstock
