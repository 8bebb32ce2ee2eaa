// What a call costs does not depend on what else is in the queue. Counted in steps of SQLite's machine, which
// are the same on every computer.

#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

std::int64_t steps = 0;

int note_step(void*) {
  ++steps;
  return 0;
}

int count_steps_of(sqlite3* connection, char**, const sqlite3_api_routines*) {
  sqlite3_progress_handler(connection, 1, &note_step, nullptr);
  return SQLITE_OK;
}

/// All connections that are opened while it is there are counted.
class step_counter {
 public:
  step_counter() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&count_steps_of)); }
  ~step_counter() { sqlite3_reset_auto_extension(); }
  step_counter(const step_counter&) = delete;
  step_counter& operator=(const step_counter&) = delete;
};

constexpr int crowd = 20'000;

/// Jobs that the calls below are not about.
void add_crowd(shared_file& queue, const std::string& columns, const std::string& values) {
  ps::sqlite_database file{queue.folder / "jobs.sqlite", false};
  const auto sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                   std::to_string(crowd) + ") INSERT INTO jobs (id, put_ns, item_type, json, archive, " +
                   columns + ") SELECT i + 1000000, 0, '', '1', x'', " + values + " FROM n";
  file.connection().run_script(sql.c_str());
}

struct kind_of_crowd {
  const char* name;
  const char* columns;
  const char* values;
};

/// One of each call that a worker makes, in steps.
std::vector<std::int64_t> costs_of_calls(shared_file& queue) {
  std::vector<std::int64_t> costs;
  const auto measure = [&](const auto& call) {
    const auto before = steps;
    call();
    costs.push_back(steps - before);
  };
  auto a = queue.open("machine:1:a");
  auto lost = queue.open("machine:2:lost");
  for (int i = 0; i < 8; ++i) a->put(text_item("job"));
  const ps::take_order four{queue.rules, 4, "00000000000000aa"};
  ps::exchange_result got;
  a->exchange(std::vector<ps::job_verdict>{}, nullptr);
  measure([&] { got = a->exchange({}, &four); });
  REQUIRE(got.jobs.size() == 4);
  std::vector<ps::job_verdict> done;
  std::vector<ps::job_receipt> open;
  for (const auto& each : got.jobs) {
    done.push_back({each.receipt, ps::job_fate::acked, {}});
    open.push_back(each.receipt);
  }
  measure([&] { CHECK(a->extend(open, 10s).empty()); });
  measure([&] { CHECK(a->exchange(done, nullptr).late.empty()); });
  REQUIRE(lost->exchange({}, &four).jobs.size() == 4);
  // The lease of one that has died ends.
  queue.advance(10s);
  measure([&] { got = a->exchange({}, &four); });
  REQUIRE(got.jobs.size() == 4);
  CHECK(got.jobs.front().deaths == 1);
  done.clear();
  for (const auto& each : got.jobs) done.push_back({each.receipt, ps::job_fate::acked, {}});
  CHECK(a->exchange(done, nullptr).late.empty());
  measure([&] { a->exchange({}, &four); });  // finds nothing, but of a crowd that is queued
  return costs;
}

}  // namespace

TEST_CASE("calls cost the same, whatever else is in the queue") {
  const step_counter counting;
  const auto [name, columns, values] =
      GENERATE(kind_of_crowd{"queued", "state", "'queued'"},
               kind_of_crowd{"delayed", "state, boot, until_ns", "'queued', 'first', 9000000000000000 + i"},
               kind_of_crowd{"leased by another", "state, boot, until_ns, owner",
                             "'leased', 'first', 9000000000000000, 'machine:3:c'"},
               kind_of_crowd{"leased here", "state, boot, until_ns, owner, deliveries",
                             "'leased', 'first', 9000000000000000, 'machine:1:a', 1"},
               kind_of_crowd{"leased here after a death", "state, boot, until_ns, owner, deaths",
                             "'leased', 'first', 9000000000000000, 'machine:1:a', 1"},
               kind_of_crowd{"dead", "state", "'dead'"});
  INFO(name);
  // A few of the kind, so that both times the calls do the same.
  shared_file few;
  few.open("maker")->exchange(std::vector<ps::job_verdict>{}, nullptr);
  add_crowd(few, columns, values);
  ps::sqlite_database{few.folder / "jobs.sqlite", false}.connection().run(
      "DELETE FROM jobs WHERE id > 1000008");
  const auto alone = costs_of_calls(few);
  shared_file many;
  many.open("maker")->exchange(std::vector<ps::job_verdict>{}, nullptr);
  add_crowd(many, columns, values);
  const auto crowded = costs_of_calls(many);
  REQUIRE(alone.size() == crowded.size());
  for (std::size_t i = 0; i < alone.size(); ++i) {
    INFO("call " << i);
    CHECK(static_cast<double>(crowded[i]) <= 1.2 * static_cast<double>(alone[i]));
  }
}

TEST_CASE("that there are jobs which this program can't read costs the same, however many") {
  const step_counter counting;
  const bool is_empty = GENERATE(false, true);
  const auto steps_of_look = [=](int jobs) {
    shared_file queue;
    auto a = queue.open("machine:1:a");
    a->put(text_item("job"));
    const ps::take_order wanted{queue.rules, 1, "00000000000000aa"};
    const auto got = a->exchange({}, &wanted);
    a->exchange(std::vector<ps::job_verdict>{{got.jobs.at(0).receipt, ps::job_fate::unreadable, ""}},
                nullptr);
    add_crowd(queue, "state, unread_by", "'queued', (SELECT id FROM reader_sets)");
    const auto left = "DELETE FROM jobs WHERE id > " + std::to_string(1'000'000 + jobs);
    ps::sqlite_database{queue.folder / "jobs.sqlite", false}.connection().run(left);
    auto look = wanted;
    if (is_empty) {
      look.counts_unreadable = false;
    } else {
      a->put(text_item("delayed"), 1h);
    }
    const auto before = steps;
    const auto none = a->exchange({}, &look);
    CHECK(none.jobs.empty());
    CHECK(none.unreadable > 0);
    return steps - before;
  };
  const auto few = static_cast<double>(steps_of_look(8));
  CHECK(static_cast<double>(steps_of_look(crowd)) <= 1.2 * few);
}
