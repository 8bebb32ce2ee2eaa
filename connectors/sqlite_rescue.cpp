#include <penstock/connectors/sqlite_rescue.hpp>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/sqlite_database.hpp>
#include <penstock/connectors/sqlite_tables.hpp>

namespace penstock {

namespace {

using statement = sqlite_connection::statement;
using transaction = sqlite_connection::transaction;

/// A piece of the file that can't be read.
struct unreadable_part {
  std::string reason;
};

/// A file to work on, whose original nobody touches. Goes with it.
class working_copy {
 public:
  working_copy(const std::filesystem::path& of, const std::filesystem::path& beside)
      : place_{beside.string() + ".copy"} {
    std::error_code failed;
    std::filesystem::copy_file(of, place_, failed);
    if (failed) throw job_queue_error{of.string(), "can't be copied to " + place_ + ": " + failed.message()};
    if (std::filesystem::exists(of.string() + "-wal", failed))
      std::filesystem::copy_file(of.string() + "-wal", place_ + "-wal", failed);
    give_whole_length();
  }
  ~working_copy() {
    std::error_code ignored;
    for (const auto* each : {"", "-wal", "-shm"}) std::filesystem::remove(place_ + each, ignored);
  }
  working_copy(const working_copy&) = delete;
  working_copy& operator=(const working_copy&) = delete;

  const std::string& place() const { return place_; }

 private:
  /// SQLite reads nothing of a file that has lost its end; an end of zeros is a page like other damaged ones.
  void give_whole_length() {
    constexpr std::size_t head = 32;
    std::string bytes(head, '\0');
    if (!std::ifstream{place_, std::ios::binary}.read(bytes.data(), head)) return;
    const auto number = [&](std::size_t at, std::size_t size) {
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < size; ++i) value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
      return value;
    };
    const auto page = number(16, 2) == 1 ? 65'536 : number(16, 2);
    const auto whole = page * number(28, 4);
    std::error_code failed;
    const auto size = std::filesystem::file_size(place_, failed);
    constexpr std::uint64_t believed = 1024;
    if (!failed && size < whole && whole / believed < size)
      std::filesystem::resize_file(place_, whole, failed);
  }

  std::string place_;
};

/// Copies rows of one queue's file into another, range by range of their numbers.
class rescue {
 public:
  rescue(const std::string& from, sqlite_connection& to)
      : from_{from, sqlite_connection::open_mode::existing,
              [](const sqlite_failure& failure) { throw unreadable_part{failure.reason}; }},
        to_{to},
        has_schemas_{can("SELECT schema FROM jobs LIMIT 0")} {}

  rescued_jobs all() {
    if (has_schemas_) copy_schemas();
    copy(1, std::numeric_limits<std::int64_t>::max() - 1);
    return done_;
  }

 private:
  /// So many looks that found nothing, one after the other, are enough.
  static constexpr std::int64_t most_failures = 20'000;

  bool can(const char* sql) {
    try {
      from_.run(sql);
      return true;
    } catch (const unreadable_part&) {
      return false;
    }
  }

  void copy_schemas() {
    try {
      statement select{from_, "SELECT hash, description FROM schemas NOT INDEXED"};
      while (select.step()) {
        const auto hash = select.text();
        const auto description = select.text();
        statement insert{to_, "INSERT OR IGNORE INTO schemas (hash, description) VALUES (?, ?)"};
        insert.bind(hash).bind(description).step();
      }
    } catch (const unreadable_part&) {
      done_.is_whole = false;
    }
  }

  void copy(std::int64_t first, std::int64_t last) {
    const auto next = read_on(first, last);
    if (next > last || failures_ > most_failures) return;
    // Something at `next` or behind it can't be read.
    done_.is_whole = false;
    const auto end = last_readable(next, last);
    if (next >= end) return;
    const auto middle = next + (end - next) / 2;
    copy(next, middle);
    copy(middle + 1, end);
  }

  /// Up to which one there may be rows: those behind the damage are found from the other side.
  std::int64_t last_readable(std::int64_t first, std::int64_t last) {
    try {
      statement select{from_,
                       "SELECT id FROM jobs NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1"};
      return select.bind(first).bind(last).step() ? select.number() : first - 1;
    } catch (const unreadable_part&) {
      return std::min(last, largest_number());
    }
  }

  std::int64_t largest_number() {
    if (largest_ < 0) {
      try {
        largest_ = from_.number("SELECT seq FROM sqlite_sequence WHERE name = 'jobs'");
      } catch (const unreadable_part&) {
        largest_ = 10'000;  // nobody knows
      }
    }
    return largest_;
  }

  /// The number behind the last one that was read; behind `last` if all were.
  std::int64_t read_on(std::int64_t first, std::int64_t last) {
    auto next = first;
    try {
      statement select{
          from_, has_schemas_ ? "SELECT id, state, deaths, reason, put_ns, item_type, json, archive, schema"
                                " FROM jobs NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id"
                              : "SELECT id, state, deaths, reason, put_ns, item_type, json, archive, ''"
                                " FROM jobs NOT INDEXED WHERE id BETWEEN ? AND ? ORDER BY id"};
      select.bind(first).bind(last);
      while (select.step()) next = save(select) + 1;
      return last + 1;
    } catch (const unreadable_part&) {
      failures_ = next > first ? 0 : failures_ + 1;
      return next;
    }
  }

  std::int64_t save(statement& row) {
    const auto id = row.number();
    const auto state = row.text();
    const auto deaths = row.number();
    const auto reason = row.text();
    const auto put_ns = row.number();
    const auto type = row.text();
    const auto json = row.text();
    const auto archive = row.blob();
    const auto schema = row.text();
    statement insert{
        to_,
        "INSERT OR IGNORE INTO jobs (id, state, deaths, reason, put_ns, item_type, json, archive,"
        " schema) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    insert.bind(id).bind(state == "dead" ? "dead" : "queued").bind(deaths).bind(reason).bind(put_ns);
    insert.bind(type).bind(json).bind(archive).bind(schema).step();
    done_.saved += to_.changes();
    return id;
  }

  sqlite_connection from_;
  sqlite_connection& to_;
  bool has_schemas_;
  rescued_jobs done_;
  std::int64_t failures_ = 0;
  std::int64_t largest_ = -1;
};

/// Closed when it returns.
rescued_jobs save_all(const std::string& from, const std::filesystem::path& made) {
  sqlite_database fresh{made, true};
  transaction all{fresh.connection()};
  const auto done = rescue{from, fresh.connection()}.all();
  all.commit();
  return done;
}

/// What half a rescue would leave, in the way of the next one.
void remove_queue(const std::filesystem::path& made) {
  std::error_code ignored;
  for (const auto* each : {"", "-wal", "-shm"}) std::filesystem::remove(made.string() + each, ignored);
}

}  // namespace

std::vector<std::string> check_queue_file(const std::filesystem::path& file) {
  sqlite_database opened{file, false};
  std::vector<std::string> found;
  statement check{opened.connection(), "PRAGMA integrity_check(10)"};
  while (check.step()) found.push_back(check.text());
  if (found.size() == 1 && found.front() == "ok") found.clear();
  return found;
}

rescued_jobs rescue_queue_file(const std::filesystem::path& damaged, const std::filesystem::path& made) {
  std::error_code ignored;
  if (std::filesystem::exists(made, ignored))
    throw job_queue_error{made.string(), "is there already; name a file that is not"};
  if (!std::filesystem::exists(damaged, ignored))
    throw job_queue_error{damaged.string(), "there is no such file"};
  const working_copy copy{damaged, made};
  try {
    const auto done = save_all(copy.place(), made);
    if (done.saved > 0 || done.is_whole) return done;
    throw job_queue_error{damaged.string(), "no job can be read in it; is it a job queue's file?"};
  } catch (const unreadable_part& problem) {
    remove_queue(made);
    throw job_queue_error{damaged.string(), problem.reason};
  } catch (...) {
    remove_queue(made);
    throw;
  }
}

}  // namespace penstock
