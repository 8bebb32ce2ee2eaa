#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <penstock/connectors/sqlite_database.hpp>

#include "queue_support.hpp"

namespace penstock_test {

/// A queue's file as programs had it when version 1 began: its tables, and the statements that they run.
class store_before {
 public:
  using statement = ps::sqlite_connection::statement;
  using transaction = ps::sqlite_connection::transaction;

  store_before(const std::filesystem::path& file, std::string owner, std::shared_ptr<const hand_clock> clock)
      : file_{file, ps::sqlite_connection::open_mode::create,
              [](const ps::sqlite_failure& failure) { throw std::runtime_error{failure.reason}; }},
        owner_{std::move(owner)},
        process_{owner_.substr(0, owner_.rfind(':')) + ":"},
        clock_{std::move(clock)} {
    file_.run("PRAGMA wal_autocheckpoint = 128");
    // A MiB of the log for verdicts.
    statement{file_, "SELECT count(*) FROM jobs"}.step();
    const int log = ::open((file.string() + "-wal").c_str(), O_WRONLY | O_CLOEXEC);
    [[maybe_unused]] const int done = ::fallocate(log, FALLOC_FL_KEEP_SIZE, 0, 1 << 20);
    if (log >= 0) ::close(log);
  }

  static void make(const std::filesystem::path& file) {
    ps::sqlite_connection made{
        file, ps::sqlite_connection::open_mode::create,
        [](const ps::sqlite_failure& failure) { throw std::runtime_error{failure.reason}; }};
    made.run("PRAGMA journal_mode = WAL");
    made.run_script(
        "BEGIN;"
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'dead')), owner TEXT NOT NULL DEFAULT '',"
        " boot TEXT NOT NULL DEFAULT '', until_ns INTEGER NOT NULL DEFAULT 0, alone INTEGER NOT NULL DEFAULT "
        "0,"
        " deliveries INTEGER NOT NULL DEFAULT 0, deaths INTEGER NOT NULL DEFAULT 0,"
        " reason TEXT NOT NULL DEFAULT '', put_ns INTEGER NOT NULL, item_type TEXT NOT NULL,"
        " json TEXT NOT NULL, archive BLOB NOT NULL);"
        "CREATE INDEX jobs_by_state ON jobs (state, id);"
        "PRAGMA application_id = 1347635793; PRAGMA user_version = 1; COMMIT;");
  }

  void put(const std::string& text, std::chrono::nanoseconds delay = {}) {
    const std::string json = '"' + text + '"';
    statement insert{file_,
                     "INSERT INTO jobs (state, boot, until_ns, put_ns, item_type, json, archive)"
                     " VALUES ('queued', ?, ?, ?, ?, ?, ?) RETURNING id"};
    insert.bind(clock_->start).bind(delay.count() > 0 ? clock_->now + delay.count() : 0);
    insert.bind(std::int64_t{0}).bind("std::string").bind(json).bind(std::span<const std::byte>{});
    while (insert.step()) {
    }
  }

  void run(std::string_view sql) { file_.run(sql); }

  struct job {
    std::int64_t number;
    std::int64_t delivery;
    std::string json;
  };

  std::optional<job> take(std::chrono::nanoseconds lease) {
    transaction all{file_};
    bring_back_lost();
    statement mine{file_,
                   "SELECT count(*) FROM jobs"
                   " WHERE state = 'leased' AND substr(owner || ':', 1, length(?1)) = ?1"};
    mine.bind(process_).step();
    const auto others = mine.number();
    statement oldest{file_,
                     "SELECT id, deliveries, json FROM jobs"
                     " WHERE state = 'queued' AND (until_ns <= ? OR boot <> ?) ORDER BY id LIMIT 1"};
    if (!oldest.bind(clock_->now).bind(clock_->start).step()) return std::nullopt;
    job found{oldest.number(), oldest.number() + 1, oldest.text()};
    statement give{file_,
                   "UPDATE jobs SET state = 'leased', owner = ?, boot = ?, until_ns = ?, alone = ?,"
                   " deliveries = ? WHERE id = ?"};
    give.bind(owner_).bind(clock_->start).bind(clock_->now + lease.count()).bind(std::int64_t{others == 0});
    give.bind(found.delivery).bind(found.number).step();
    all.commit();
    return found;
  }

  bool ack(const job& done) {
    transaction all{file_};
    statement gone{file_,
                   "DELETE FROM jobs WHERE id = ? AND deliveries = ? AND owner = ? AND state = 'leased'"};
    gone.bind(done.number).bind(done.delivery).bind(owner_).step();
    const bool ours = file_.changes() == 1;
    all.commit();
    return ours;
  }

 private:
  void bring_back_lost() {
    statement back{file_,
                   "UPDATE jobs SET state = 'queued', until_ns = 0, deaths = deaths + (boot = ?)"
                   " WHERE state = 'leased' AND owner <> ? AND (boot <> ? OR until_ns <= ?)"};
    back.bind(clock_->start).bind(owner_).bind(clock_->start).bind(clock_->now).step();
  }

  ps::sqlite_connection file_;
  std::string owner_;
  std::string process_;
  std::shared_ptr<const hand_clock> clock_;
};

}  // namespace penstock_test
