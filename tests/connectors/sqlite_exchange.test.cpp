// Groups of verdicts and takes, and jobs that not every program can read.

#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include <penstock/connectors/job_queue_error.hpp>

#include "log_commits.hpp"
#include "shared_queues.hpp"
#include "statement_counter.hpp"

using namespace penstock_test;

namespace {

using names = std::vector<std::string>;

ps::take_order up_to(std::uint32_t most, const ps::delivery_rules& rules, const std::string& reader = {}) {
  return {rules, most, reader};
}

names jsons(const ps::exchange_result& answer) {
  names found;
  for (const auto& each : answer.jobs) found.push_back(each.item.json);
  return found;
}

std::vector<ps::job_verdict> verdicts_on(const ps::exchange_result& answer, ps::job_fate fate) {
  std::vector<ps::job_verdict> all;
  for (const auto& each : answer.jobs) all.push_back({each.receipt, fate, "because"});
  return all;
}

void put(ps::sqlite_job_store& store, const names& all) {
  for (const auto& each : all) store.put(text_item(each));
}

/// Takes what there is for the reader and says that it can't be read.
std::size_t find_unreadable(ps::sqlite_job_store& store, const ps::take_order& wanted) {
  const auto got = store.exchange({}, &wanted);
  CHECK(store.exchange(verdicts_on(got, ps::job_fate::unreadable), nullptr).late.empty());
  return got.jobs.size();
}

}  // namespace

TEST_CASE("an exchange tells its verdicts and takes up to so many jobs, the oldest first, in one write") {
  shared_file queue;
  auto a = queue.open("a");
  put(*a, {"1", "2", "3", "4", "5"});
  const auto wanted = up_to(2, queue.rules);
  const auto first = a->exchange({}, &wanted);
  CHECK(jsons(first) == names{"\"1\"", "\"2\""});
  const auto before = commits_in(a->file().string() + "-wal");
  const auto second = a->exchange(verdicts_on(first, ps::job_fate::acked), &wanted);
  CHECK(commits_in(a->file().string() + "-wal") == before + 1);
  CHECK(second.late.empty());
  CHECK(jsons(second) == names{"\"3\"", "\"4\""});
  const auto third = a->exchange(verdicts_on(second, ps::job_fate::nacked), &wanted);
  CHECK(jsons(third) == names{"\"3\"", "\"4\""});
  CHECK(a->count().done == 2);
  CHECK(jsons(a->exchange(verdicts_on(third, ps::job_fate::buried), &wanted)) == names{"\"5\""});
  CHECK(a->list("dead").size() == 2);
}

TEST_CASE("verdicts of an exchange that are not ours any more are named, and the others count") {
  shared_file queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  put(*a, {"1", "2"});
  const auto wanted = up_to(1, queue.rules);
  const auto lost = a->exchange({}, &wanted);
  queue.lose_all();
  REQUIRE(b->exchange({}, &wanted).jobs.size() == 1);
  const auto held = a->exchange({}, &wanted);
  auto all = verdicts_on(lost, ps::job_fate::acked);
  all.push_back(verdicts_on(held, ps::job_fate::acked).front());
  CHECK(a->exchange(all, nullptr).late == std::vector{lost.jobs.front().receipt});
  CHECK(a->count().done == 1);
}

TEST_CASE("of verdicts on a row of jobs those count that are ours, and the others are named") {
  shared_file queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  put(*a, {"1", "2", "3", "4", "5"});
  const auto wanted = up_to(5, queue.rules);
  const auto lost = a->exchange({}, &wanted);
  REQUIRE(lost.jobs.size() == 5);
  queue.lose_all();
  const auto two = up_to(2, queue.rules);
  CHECK(jsons(b->exchange({}, &two)) == names{"\"1\"", "\"2\""});
  const auto three = up_to(3, queue.rules);
  auto held = a->exchange({}, &three);
  REQUIRE(held.jobs.size() == 3);
  auto all = verdicts_on(held, ps::job_fate::acked);
  all.push_back({lost.jobs[0].receipt, ps::job_fate::acked, {}});
  all.push_back({{lost.jobs[1].receipt.job, 2}, ps::job_fate::acked, {}});
  CHECK(a->exchange(all, nullptr).late == std::vector{lost.jobs[0].receipt, all[4].delivery});
  CHECK(a->count().done == 3);
  CHECK(a->count().leased == 2);
}

TEST_CASE("a group is leased by one statement and told by one, however large it is") {
  shared_file queue;
  auto a = queue.open("a");
  constexpr std::uint32_t size = 64;
  for (std::uint32_t i = 0; i < 3 * size; ++i) a->put(text_item("job"));
  const auto wanted = up_to(size, queue.rules, "00000000000000aa");
  auto got = a->exchange({}, &wanted);
  const statement_counter counting;
  auto b = queue.open("b");
  got = b->exchange({}, &wanted);
  REQUIRE(got.jobs.size() == size);
  const auto before = counting.writes();
  const auto next = b->exchange(verdicts_on(got, ps::job_fate::acked), &wanted);
  CHECK(next.late.empty());
  CHECK(next.jobs.size() == size);
  CHECK(counting.writes() - before <= 3);
}

TEST_CASE("a suspect is the last of no group but its own") {
  shared_file queue;
  auto a = queue.open("a");
  put(*a, {"1", "suspect"});
  for (int death = 0; death < 2; ++death) {
    auto victim = queue.open("victim " + std::to_string(death));
    const auto both = up_to(2, queue.rules);
    const auto got = victim->exchange({}, &both);
    REQUIRE(got.jobs.size() == 2);
    victim->nack(got.jobs[0].receipt, "drained");
    queue.lose_all();
  }
  put(*a, {"3"});
  const auto wanted = up_to(5, queue.rules);
  auto got = a->exchange({}, &wanted);
  CHECK(jsons(got) == names{"\"1\""});
  got = a->exchange(verdicts_on(got, ps::job_fate::acked), &wanted);
  CHECK(jsons(got) == names{"\"suspect\""});
  const auto none = a->exchange({}, &wanted);
  CHECK(none.jobs.empty());
  CHECK_FALSE(none.empty);
  got = a->exchange(verdicts_on(got, ps::job_fate::acked), &wanted);
  CHECK(jsons(got) == names{"\"3\""});
}

TEST_CASE("jobs of a group were not alone") {
  shared_file queue;
  queue.rules.max_deliveries = 1;
  auto a = queue.open("a");
  put(*a, {"1", "2"});
  const auto both = up_to(2, queue.rules);
  REQUIRE(queue.open("victim")->exchange({}, &both).jobs.size() == 2);
  queue.lose_all();
  CHECK(jsons(a->exchange({}, &both)) == names{"\"1\""});
  CHECK(a->list("dead").empty());
}

TEST_CASE("an exchange that can't be done leaves all as it was") {
  shared_file queue;
  auto a = queue.open("a");
  put(*a, {"1", "2"});
  const auto one = up_to(1, queue.rules);
  const auto got = a->exchange({}, &one);
  ps::sqlite_database other{queue.folder / "jobs.sqlite", false};
  other.connection().run(
      "CREATE TRIGGER no BEFORE UPDATE OF state ON jobs BEGIN SELECT RAISE(ABORT, 'no'); END");
  CHECK_THROWS_AS(a->exchange(verdicts_on(got, ps::job_fate::acked), &one), ps::job_queue_error);
  other.connection().run("DROP TRIGGER no");
  CHECK(a->count().done == 0);
  CHECK(a->exchange(verdicts_on(got, ps::job_fate::acked), nullptr).late.empty());
}

TEST_CASE("a schema is in the file once, and comes with each job of it") {
  shared_file queue;
  auto a = queue.open("a");
  auto schema = std::make_shared<const ps::item_schema>(ps::item_schema{"00000000000000aa", "{\"a\":1}"});
  auto item = text_item("1");
  item.schema = schema;
  a->put(item);
  a->put_all({item, text_item("without"), item});
  const auto wanted = up_to(9, queue.rules);
  const auto got = queue.open("b")->exchange({}, &wanted);
  REQUIRE(got.jobs.size() == 4);
  for (const auto i : {0U, 1U, 3U}) {
    REQUIRE(got.jobs[i].item.schema);
    CHECK(got.jobs[i].item.schema->hash == schema->hash);
    CHECK(got.jobs[i].item.schema->description == schema->description);
  }
  CHECK_FALSE(got.jobs[2].item.schema);
  ps::sqlite_database file{queue.folder / "jobs.sqlite", false};
  CHECK(file.connection().number("SELECT count(*) FROM schemas") == 1);
}

TEST_CASE("a job that a program can't read is passed over by that program alone") {
  shared_file queue;
  auto a = queue.open("a");
  put(*a, {"1", "2"});
  const auto old_one = up_to(9, queue.rules, "00000000000000aa");
  const auto new_one = up_to(9, queue.rules, "00000000000000bb");
  CHECK(find_unreadable(*a, old_one) == 2);
  put(*a, {"3"});
  CHECK(jsons(a->exchange({}, &old_one)) == names{"\"3\""});
  auto b = queue.open("b");
  CHECK(jsons(b->exchange({}, &new_one)) == names{"\"1\"", "\"2\""});
  CHECK(b->list("leased").front().unread_by == names{"00000000000000aa"});
}

TEST_CASE(
    "a queue in which nothing is left but unreadable jobs is empty for that program, with their number") {
  shared_file queue;
  auto a = queue.open("a");
  put(*a, {"1", "2"});
  const auto wanted = up_to(9, queue.rules, "00000000000000aa");
  find_unreadable(*a, wanted);
  const auto none = a->exchange({}, &wanted);
  CHECK(none.jobs.empty());
  CHECK(none.empty);
  CHECK(none.unreadable == 2);
  const auto other = up_to(9, queue.rules, "00000000000000bb");
  CHECK(a->exchange({}, &other).jobs.size() == 2);
  CHECK_FALSE(a->exchange({}, &wanted).empty);
}

TEST_CASE("a job knows all programs that could not read it, until somebody queues it again") {
  shared_file queue;
  auto a = queue.open("a");
  put(*a, {"1", "2"});
  for (const auto* reader : {"00000000000000bb", "00000000000000aa", "00000000000000cc"})
    CHECK(find_unreadable(*a, up_to(9, queue.rules, reader)) == 2);
  CHECK(a->list().front().unread_by == names{"00000000000000aa", "00000000000000bb", "00000000000000cc"});
  const auto wanted = up_to(9, queue.rules, "00000000000000bb");
  CHECK(a->exchange({}, &wanted).unreadable == 2);
  CHECK(a->requeue(1));
  CHECK_FALSE(a->requeue(1));
  CHECK(jsons(a->exchange({}, &wanted)) == names{"\"1\""});
  CHECK(a->requeue_all() == 1);
  CHECK(jsons(a->exchange({}, &wanted)) == names{"\"2\""});
}

TEST_CASE("sets of readers that no job names any more go") {
  shared_file queue;
  auto a = queue.open("a");
  for (int version = 0; version < 20; ++version) {
    put(*a, {"job"});
    const auto reader = "00000000000000" + std::to_string(10 + version);
    find_unreadable(*a, up_to(9, queue.rules, reader));
    const auto other = up_to(9, queue.rules, "ffffffffffffffff");
    a->exchange(verdicts_on(a->exchange({}, &other), ps::job_fate::acked), nullptr);
  }
  ps::sqlite_database file{queue.folder / "jobs.sqlite", false};
  CHECK(file.connection().number("SELECT count(*) FROM reader_sets") <= 2);
}

TEST_CASE("an unreadable job of a program without a schema is dead, as nobody could be kept from it") {
  shared_file queue;
  auto a = queue.open("a");
  put(*a, {"1"});
  find_unreadable(*a, up_to(1, queue.rules));
  CHECK(a->list("dead").size() == 1);
}

TEST_CASE("of many delayed jobs whose time has come all are taken") {
  shared_file queue;
  auto a = queue.open("a");
  constexpr int jobs = 100;
  for (int i = 0; i < jobs; ++i) a->put(text_item(std::to_string(i)), 1s * (jobs - i));
  a->put(text_item("now"));
  queue.advance(200s);
  const auto wanted = up_to(7, queue.rules);
  std::size_t taken = 0;
  for (auto got = a->exchange({}, &wanted); !got.jobs.empty();
       got = a->exchange(verdicts_on(got, ps::job_fate::acked), &wanted)) {
    taken += got.jobs.size();
  }
  CHECK(taken == jobs + 1);
}
