// What is particular to the store on a Redis server; what all stores promise is in job_store.test.cpp.

#include <penstock/connectors/redis_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <penstock/connectors/job_queue_error.hpp>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

/// What is thrown by it, and whether that passes.
struct thrown {
  std::string text = "nothing";
  bool passing = false;

  bool says(const std::string& part) const { return text.find(part) != std::string::npos; }
};

template <class Call>
thrown thrown_by(const Call& call) {
  try {
    call();
  } catch (const ps::job_queue_error& problem) {
    return {problem.what(), problem.is_passing()};
  }
  return {};
}

}  // namespace

TEST_CASE("all jobs of a batch are there in their order, or none") {
  shared_server queue;
  auto a = queue.open("a");
  a->put_all({text_item("1"), text_item("2"), text_item("3")});
  CHECK(a->count().queued == 3);
  CHECK(thrown_by([&] { a->put_all({text_item("4"), {}}); }).says("neither an archive nor JSON"));
  CHECK(a->count().queued == 3);
  for (const auto* name : {"\"1\"", "\"2\"", "\"3\""}) CHECK(taken(*a, queue.rules) == name);
}

TEST_CASE("queues of one server, and its databases, know nothing of each other") {
  const redis_server server;
  ps::redis_job_store one{server.url(), "one"};
  ps::redis_job_store two{server.url(), "two"};
  ps::redis_job_store elsewhere{server.url("?database=3"), "one"};
  one.put(text_item("job"));
  CHECK(two.take({}).empty);
  CHECK(elsewhere.take({}).empty);
  CHECK(one.count().queued == 1);
}

TEST_CASE("delayed jobs take their place by their number, not by the end of their delay") {
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("late"), 2s);
  a->put(text_item("later"), 3s);
  a->put(text_item("last"));
  CHECK(taken(*a, queue.rules) == "\"last\"");
  queue.advance(3s);
  CHECK(taken(*a, queue.rules) == "\"late\"");
  CHECK(taken(*a, queue.rules) == "\"later\"");
}

TEST_CASE("any number of delayed jobs is passed over, a part at a time") {
  shared_server queue;
  auto a = queue.open("a");
  for (int i = 0; i < 2500; ++i) a->put(text_item("later"), 1h);
  a->put(text_item("now"));
  int asked = 1;
  while (taken(*a, queue.rules) == "none") {
    REQUIRE(++asked < 10);
  }
  const auto none = a->take(queue.rules);
  CHECK(none.again_in == queue.rules.lease);  // a look whether they are still there
  CHECK_FALSE(none.empty);
}

TEST_CASE("a script that the server has forgotten is told it again") {
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  queue.server.ask({"SCRIPT", "FLUSH"});
  a->put(text_item("another"));
  queue.server.ask({"SCRIPT", "FLUSH"});
  CHECK(a->ack(a->take(queue.rules).job->receipt));
}

TEST_CASE("a store goes on when somebody has emptied the server in which it knew of no job") {
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("done"));
  CHECK(a->ack(a->take(queue.rules).job->receipt));
  queue.server.ask({"FLUSHALL"});
  CHECK(a->take(queue.rules).empty);
  a->put(text_item("job"));
  CHECK(taken(*a, queue.rules) == "\"job\"");
}

TEST_CASE("a verdict on a job of a server that was emptied since is on no other job") {
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("gone"));
  const auto gone = a->take(queue.rules).job.value().receipt;
  queue.server.ask({"FLUSHALL"});
  auto b = queue.open("b");
  b->put(text_item("new"));
  const auto job = b->take(queue.rules).job.value().receipt;
  REQUIRE(job.job == gone.job);
  CHECK(thrown_by([&] { a->extend(std::vector{gone}, 10s); }).says("1 jobs were known to be in it"));
  CHECK(thrown_by([&] { a->nack(gone, "late"); }).says("keys are gone"));
  CHECK(thrown_by([&] { a->ack(gone); }).says("keys are gone"));
  CHECK(a->count().leased == 1);
  CHECK(b->ack(job));
}

TEST_CASE("an entry that others add is a job, if it has its JSON") {
  shared_server queue;
  auto a = queue.open("a");
  queue.server.ask({"XADD", "penstock:{jobs}:jobs", "*", "json", "\"by hand\""});
  queue.server.ask({"XADD", "penstock:{jobs}:jobs", "2000000000000-7", "json", "\"again\""});
  const auto ours = a->put(text_item("ours"));
  CHECK(ours == 2000000000001);
  CHECK(taken(*a, queue.rules) == "\"by hand\"");
  CHECK(taken(*a, queue.rules) == "\"ours\"");
  const auto last = a->take(queue.rules).job;
  REQUIRE(last);
  CHECK(last->item.json == "\"again\"");
  CHECK(last->receipt.job == "2000000000002");
  CHECK(a->ack(last->receipt));
}

TEST_CASE("an entry that is no job is dead and says why, and stops nobody") {
  shared_server queue;
  auto a = queue.open("a");
  queue.server.ask({"XADD", "penstock:{jobs}:jobs", "5-0", "colour", "red"});
  queue.server.ask({"XADD", "penstock:{jobs}:jobs", "6-3", "colour", "blue", "due", "never"});
  a->put(text_item("job"));
  CHECK(taken(*a, queue.rules) == "\"job\"");
  CHECK(taken(*a, queue.rules) == "none");
  const auto dead = a->list("dead");
  REQUIRE(dead.size() == 2);
  CHECK(dead[0].job == 5);
  CHECK(dead[0].reason.find("malformed") == 0);
  // Whoever revives it without mending it has it dead again.
  CHECK(a->requeue(5));
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(a->list("dead").size() == 2);
}

TEST_CASE("an entry whose number is too large to be exact gets another one, and stops nobody") {
  const auto* const id = GENERATE("18446744073709551000-0", "18446744073709551615-18446744073709551615",
                                  "9007199254740993-0", "9007199254740992-1");
  const auto first = GENERATE("put", "take", "stuck");
  INFO(id << ", " << first);
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("before"));
  queue.server.ask({"XADD", "penstock:{jobs}:jobs", id, "json", "\"by hand\""});
  if (first == std::string{"put"}) a->put(text_item("after"));
  if (first == std::string{"stuck"}) {
    // A program from before has read it and failed.
    CHECK(taken(*a, queue.rules) == "\"before\"");
    queue.server.ask(
        {"XREADGROUP", "GROUP", "penstock", "a", "COUNT", "9", "STREAMS", "penstock:{jobs}:jobs", ">"});
    CHECK(taken(*a, queue.rules) == "\"by hand\"");
  } else {
    CHECK(taken(*a, queue.rules) == "\"before\"");
    CHECK(taken(*a, queue.rules) == "\"by hand\"");
  }
  if (first == std::string{"put"}) CHECK(taken(*a, queue.rules) == "\"after\"");
  CHECK(a->put(text_item("last")) < 10);
  const auto last = a->take(queue.rules).job;
  REQUIRE(last);
  CHECK(last->item.json == "\"last\"");
  CHECK(a->ack(last->receipt));
  CHECK(taken(*queue.open("b"), queue.rules) == "none");
}

TEST_CASE("however many entries have numbers that are too large, none is lost") {
  shared_server queue;
  auto a = queue.open("a");
  constexpr int giants = 1500;
  const std::string add =
      "for i = 1, 1500 do redis.call('XADD', KEYS[1], '18446744073709551000-' .. i, 'json', i) end";
  queue.server.ask({"EVAL", add, "1", "penstock:{jobs}:jobs"});
  CHECK(a->put(text_item("ours")) > giants);
  CHECK(a->count().queued == giants + 1);
  CHECK(taken(*a, queue.rules) == "1");
}

TEST_CASE("an entry of more fields than a script can copy stops nobody") {
  const std::string id = GENERATE("5-3", "18446744073709551000-0");
  const auto is_job = GENERATE(true, false);
  INFO(id << (is_job ? ", a job" : ", no job"));
  shared_server queue;
  auto a = queue.open("a");
  std::vector<std::string> fields;
  for (int i = 0; i < 9'000; ++i) fields.push_back("f" + std::to_string(i));
  std::vector<std::string_view> words{"XADD", "penstock:{jobs}:jobs", id};
  words.insert(words.end(), fields.begin(), fields.end());
  if (is_job) words.insert(words.end(), {"json", "\"by hand\""});
  queue.server.ask(words);
  a->put(text_item("ours"));
  std::vector<std::string> got{taken(*a, queue.rules), taken(*a, queue.rules)};
  std::sort(got.begin(), got.end());
  if (is_job) {
    CHECK(got == std::vector<std::string>{"\"by hand\"", "\"ours\""});
  } else {
    CHECK(got == std::vector<std::string>{"\"ours\"", "none"});
    CHECK(a->list("dead").size() == 1);
  }
}

TEST_CASE("a due that is no time makes an entry dead and stops nobody") {
  const auto* const due = GENERATE("nan", "inf", "1e300");
  shared_server queue;
  auto a = queue.open("a");
  queue.server.ask({"XADD", "penstock:{jobs}:jobs", "5-0", "json", "1", "due", due});
  a->put(text_item("job"));
  CHECK(taken(*a, queue.rules) == "\"job\"");
  CHECK(a->list("dead").at(0).reason.find("its field due") != std::string::npos);
}

TEST_CASE("what is known of a job may be damaged, and stops nobody") {
  const auto text = GENERATE(std::string{"no JSON"}, std::string{"7"}, std::string(2000, '['),
                             std::string{R"({"deaths":"x"})"});
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  CHECK(a->nack(a->take(queue.rules).job->receipt, "drained"));
  queue.server.ask({"HSET", "penstock:{jobs}:facts", "1", text});
  CHECK(a->list().size() == 1);
  CHECK(a->ack(a->take(queue.rules).job.value().receipt));
}

TEST_CASE("a group of large jobs ends before it is more than a few megabytes") {
  shared_server queue;
  auto a = queue.open("a");
  for (int i = 0; i < 20; ++i) a->put({std::vector<std::byte>(1'000'000), "1", "large", {}});
  const ps::take_order all{queue.rules, 100, {}};
  const auto group = a->exchange({}, &all).jobs;
  CHECK(group.size() > 4);
  CHECK(group.size() < 12);
}

TEST_CASE("a job whose entry somebody has removed is forgotten") {
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("removed"));
  a->put(text_item("other"));
  const auto job = a->take(queue.rules).job;
  a->nack(job->receipt, "drained");
  queue.server.ask({"XDEL", "penstock:{jobs}:jobs", "1-0"});
  CHECK(taken(*a, queue.rules) == "\"other\"");
}

TEST_CASE("a store that has gone, or died, leaves no consumer behind") {
  shared_server queue;
  auto other = queue.open("other");
  other->put(text_item("job"));
  const auto consumers = [&] {
    std::string names;
    for (const auto& each :
         queue.server.ask({"XINFO", "CONSUMERS", "penstock:{jobs}:jobs", "penstock"}).items)
      names += each.items.at(1).text + " ";
    return names;
  };
  queue.open("gone")->take({});  // dies with the job
  CHECK(consumers() == "gone ");
  queue.advance(60s);
  CHECK(other->ack(other->take(queue.rules).job->receipt));
  CHECK(consumers() == "nobody other ");
  other.reset();
  CHECK(consumers() == "nobody ");
}

TEST_CASE("a list shows all jobs, however many there are") {
  shared_server queue;
  auto a = queue.open("a");
  a->put_all(std::vector<ps::stored_item>(450, text_item("job")));
  const auto job = a->take(queue.rules).job;
  const auto all = a->list();
  REQUIRE(all.size() == 450);
  CHECK(all[0].state == "leased");
  CHECK(all[0].owner == "a");
  CHECK(all[0].deliveries == 1);
  CHECK(all[449].job == 450);
  CHECK(all[449].state == "queued");
  CHECK(all[449].type == "std::string");
  CHECK(all[449].put_ns == queue.now_us * 1000);
  CHECK(a->list("leased").size() == 1);
  CHECK(a->list("queued").size() == 449);
}

TEST_CASE("without a clock of the test's, leases go by the server's") {
  const redis_server server;
  ps::redis_job_store a{server.url(), "jobs", "a"};
  ps::redis_job_store b{server.url(), "jobs", "b"};
  a.put(text_item("job"));
  REQUIRE(a.take({60s, 5}).job);
  const auto again = b.take({60s, 5}).again_in;
  REQUIRE(again);
  CHECK(*again > 0s);
  CHECK(*again <= 60s);
}

TEST_CASE("the name of a queue is checked") {
  const redis_server server;
  CHECK(thrown_by([&] { ps::redis_job_store{server.url(), ""}; }).says("expected a name"));
  CHECK(thrown_by([&] { ps::redis_job_store{server.url(), "a}b"}; }).says("no { or }"));
}

TEST_CASE("keys of another kind and queues of another version are refused") {
  const redis_server server;
  server.ask({"SET", "penstock:{text}:jobs", "mine"});
  CHECK(thrown_by([&] { ps::redis_job_store{server.url(), "text"}; }).says("of another kind"));
  server.ask({"HSET", "penstock:{new}:meta", "version", "2"});
  CHECK(thrown_by([&] { ps::redis_job_store{server.url(), "new"}; }).says("another version of penstock"));
}
