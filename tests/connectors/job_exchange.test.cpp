// What every job store promises of groups, schemas and jobs that some can't read.

#include <penstock/connectors/job_store.hpp>

#include <penstock_test/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

using names = std::vector<std::string>;

ps::take_order order_of(const ps::delivery_rules& rules, std::uint32_t most, std::string reader = {}) {
  return {rules, most, std::move(reader)};
}

names names_of(const ps::exchange_result& result) {
  names all;
  for (const auto& each : result.jobs) all.push_back(each.item.json);
  return all;
}

template <class Store>
void put_numbers(Store& store, int count) {
  std::vector<ps::stored_item> items;
  for (int i = 1; i <= count; ++i) items.push_back({{}, std::to_string(i), "int", {}});
  store.put_all(items);
}

ps::stored_item described_item(const std::string& text, const std::string& hash) {
  return {{std::byte{7}},
          text,
          "point",
          std::make_shared<ps::item_schema>(ps::item_schema{hash, "{\"of\":\"" + hash + "\"}"})};
}

}  // namespace

TEMPLATE_TEST_CASE("an exchange takes what is there, the oldest first, and tells the verdicts on it at once",
                   "", shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  put_numbers(*a, 10);
  const auto four = order_of(queue.rules, 4);
  auto first = a->exchange({}, &four);
  REQUIRE(names_of(first) == names{"1", "2", "3", "4"});
  const std::vector<ps::job_verdict> verdicts{{first.jobs[0].receipt, ps::job_fate::acked, {}},
                                              {first.jobs[1].receipt, ps::job_fate::nacked, "drained"},
                                              {first.jobs[2].receipt, ps::job_fate::buried, "bad"}};
  const auto second = a->exchange(verdicts, &four);
  CHECK(second.late.empty());
  CHECK(names_of(second) == names{"2", "5", "6", "7"});
  CHECK(a->count().done == 1);
  CHECK(a->count().leased == 5);
  CHECK(a->list("dead").at(0).reason == "bad");
}

TEMPLATE_TEST_CASE("verdicts that come late, or twice, are named, and the others count", "", shared_file,
                   shared_server) {
  TestType queue;
  auto a = queue.open("a");
  put_numbers(*a, 3);
  const auto all = order_of(queue.rules, 9);
  const auto jobs = a->exchange({}, &all).jobs;
  CHECK(a->ack(jobs.at(1).receipt));
  std::vector<ps::job_verdict> verdicts;
  for (const auto& each : jobs) verdicts.push_back({each.receipt, ps::job_fate::acked, {}});
  verdicts.push_back({jobs[2].receipt, ps::job_fate::nacked, "late"});
  CHECK(a->exchange(verdicts, nullptr).late == std::vector{jobs[1].receipt, jobs[2].receipt});
  CHECK(a->count().done == 3);
  CHECK(a->exchange({}, &all).empty);
}

TEMPLATE_TEST_CASE("a suspect is alone: it begins no group and ends none that has begun", "", shared_file,
                   shared_server) {
  TestType queue;
  auto a = queue.open("a");
  put_numbers(*a, 5);
  const auto one = order_of(queue.rules, 1);
  const auto many = order_of(queue.rules, 9);
  const auto innocent = a->exchange({}, &one).jobs.at(0).receipt;
  for (const auto* victim : {"v", "w"}) {
    a->extend(std::vector{innocent}, 20s);
    CHECK(names_of(queue.open(victim)->exchange({}, &one)) == names{"2"});
    queue.lose_all();
  }
  const ps::job_verdict back{innocent, ps::job_fate::nacked, "drained"};
  const auto before = a->exchange(std::vector{back}, &many);
  CHECK(names_of(before) == names{"1"});  // as 2 is suspect
  const auto behind = a->exchange({}, &many);
  CHECK(behind.jobs.empty());
  CHECK(behind.held_up);
  const ps::job_verdict done{before.jobs.at(0).receipt, ps::job_fate::acked, {}};
  const auto suspect = a->exchange(std::vector{done}, &many);
  CHECK(names_of(suspect) == names{"2"});
  CHECK(a->exchange({}, &many).held_up);
  const ps::job_verdict cleared{suspect.jobs.at(0).receipt, ps::job_fate::acked, {}};
  CHECK(names_of(a->exchange(std::vector{cleared}, &many)) == names{"3", "4", "5"});
  CHECK_FALSE(a->exchange({}, &many).held_up);
}

TEMPLATE_TEST_CASE("no job of a group was alone when its process died", "", shared_file, shared_server) {
  TestType queue;
  queue.rules.max_deliveries = 1;
  auto a = queue.open("a");
  put_numbers(*a, 3);
  const auto many = order_of(queue.rules, 9);
  CHECK(queue.open("dies")->exchange({}, &many).jobs.size() == 3);
  queue.lose_all();
  const auto again = a->exchange({}, &many);
  REQUIRE(names_of(again) == names{"1"});  // suspect from now on, and not dead
  CHECK(again.jobs[0].deaths == 1);
}

TEMPLATE_TEST_CASE("ten thousand jobs are refused in one exchange", "", shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  put_numbers(*a, 10'000);
  const auto many = order_of(queue.rules, 1'000);
  std::vector<ps::job_verdict> verdicts;
  while (verdicts.size() < 10'000) {
    const auto group = a->exchange({}, &many);
    REQUIRE_FALSE(group.jobs.empty());
    for (const auto& each : group.jobs) verdicts.push_back({each.receipt, ps::job_fate::nacked, "aborted"});
  }
  CHECK(a->exchange(verdicts, nullptr).late.empty());
  CHECK(a->count().queued == 10'000);
  const auto one = order_of(queue.rules, 1);
  CHECK(names_of(a->exchange({}, &one)) == names{"1"});
}

TEMPLATE_TEST_CASE("a job brings the schema of its archive, whoever put it", "", shared_file, shared_server) {
  TestType queue;
  {
    auto writer = queue.open("writer");
    writer->put(described_item("1", "00000000000000aa"));
    writer->put_all(
        {described_item("2", "00000000000000bb"), text_item("3"), described_item("4", "00000000000000aa")});
  }
  auto reader = queue.open("reader");
  const auto many = order_of(queue.rules, 9);
  const auto jobs = reader->exchange({}, &many).jobs;
  REQUIRE(jobs.size() == 4);
  REQUIRE(jobs[0].item.schema);
  CHECK(jobs[0].item.schema->hash == "00000000000000aa");
  CHECK(jobs[0].item.schema->description == "{\"of\":\"00000000000000aa\"}");
  CHECK(jobs[0].item.type == "point");
  REQUIRE(jobs[1].item.schema);
  CHECK(jobs[1].item.schema->description == "{\"of\":\"00000000000000bb\"}");
  CHECK_FALSE(jobs[2].item.schema);
  REQUIRE(jobs[3].item.schema);
  CHECK(jobs[3].item.schema->description == jobs[0].item.schema->description);
}

TEMPLATE_TEST_CASE("a job that a program can't read is passed over for it, and goes to those that can", "",
                   shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  put_numbers(*a, 2);
  const auto to_a = order_of(queue.rules, 9, "aaaa");
  const auto to_b = order_of(queue.rules, 9, "bbbb");
  auto got = a->exchange({}, &to_a);
  REQUIRE(names_of(got) == names{"1", "2"});
  const std::vector<ps::job_verdict> verdicts{{got.jobs[0].receipt, ps::job_fate::unreadable, "no member x"},
                                              {got.jobs[1].receipt, ps::job_fate::acked, {}}};
  got = a->exchange(verdicts, &to_a);
  CHECK(got.late.empty());
  CHECK(got.jobs.empty());
  CHECK(got.unreadable == 1);
  CHECK(got.empty);
  const auto listed = a->list("queued");
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].unread_by == names{"aaaa"});
  CHECK(listed[0].reason == "no member x");
  CHECK(listed[0].deaths == 0);

  auto other = b->exchange({}, &to_b);
  REQUIRE(names_of(other) == names{"1"});
  const ps::job_verdict neither{other.jobs[0].receipt, ps::job_fate::unreadable, "no member y"};
  other = b->exchange(std::vector{neither}, &to_b);
  CHECK(other.unreadable == 1);
  CHECK(a->list("queued").at(0).unread_by == names{"aaaa", "bbbb"});
  CHECK(a->exchange({}, &to_a).unreadable == 1);

  CHECK(a->requeue(listed[0].job));
  CHECK(a->list("queued").at(0).unread_by.empty());
  CHECK(names_of(a->exchange({}, &to_a)) == names{"1"});
}

TEMPLATE_TEST_CASE("who could not read a job is known after its refusal and after the death of another", "",
                   shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  auto c = queue.open("c");
  put_numbers(*a, 1);
  const auto to_a = order_of(queue.rules, 9, "aaaa");
  const auto to_c = order_of(queue.rules, 9, "cccc");
  const ps::job_verdict unread{a->exchange({}, &to_a).jobs.at(0).receipt, ps::job_fate::unreadable, "x"};
  CHECK(a->exchange(std::vector{unread}, nullptr).late.empty());
  const ps::job_verdict back{c->exchange({}, &to_c).jobs.at(0).receipt, ps::job_fate::nacked, "drained"};
  CHECK(c->exchange(std::vector{back}, nullptr).late.empty());
  CHECK(a->exchange({}, &to_a).unreadable == 1);
  CHECK(queue.open("dies")->exchange({}, &to_c).jobs.size() == 1);
  queue.lose_all();
  CHECK(a->exchange({}, &to_a).unreadable == 1);
  CHECK(c->exchange({}, &to_c).jobs.at(0).deaths == 1);
}

TEMPLATE_TEST_CASE("jobs that can't be read are queued again all together", "", shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  put_numbers(*a, 3);
  const auto to_a = order_of(queue.rules, 9, "aaaa");
  std::vector<ps::job_verdict> verdicts;
  for (const auto& each : a->exchange({}, &to_a).jobs)
    verdicts.push_back(
        {each.receipt, verdicts.empty() ? ps::job_fate::buried : ps::job_fate::unreadable, "x"});
  CHECK(a->exchange(verdicts, &to_a).unreadable == 2);
  CHECK(a->requeue_all() == 3);
  CHECK(names_of(a->exchange({}, &to_a)) == names{"1", "2", "3"});
}
