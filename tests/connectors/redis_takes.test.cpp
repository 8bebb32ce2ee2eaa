// Deliveries that the server and their owner don't agree on.

#include <penstock/connectors/redis_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>

#include <penstock/connectors/job_puller.hpp>
#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/redis_scripts.hpp>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

/// Nothing from now on is there when the server is started anew, as at a failover.
void forget_from_now_on(const redis_server& server) { server.ask({"CONFIG", "SET", "appendonly", "no"}); }

void start_anew(redis_server& server) {
  server.kill_now();
  server.start();
}

/// The server does a take of this store's, and nobody hears the answer.
void lose_answer(redis_server& server, ps::redis_job_store& impatient) {
  server.stand_still();
  CHECK_THROWS_AS(impatient.take({10s, 1}), ps::job_queue_error);
  server.go_on();
}

/// What owner "a" has sent before, and comes only now.
void by_hand(const redis_server& server, const ps::redis_scripts::script& script,
             const std::vector<std::string_view>& arguments) {
  std::vector<std::string> keys;
  for (const auto* each :
       {"jobs", "facts", "leases", "ready", "later", "dead", "meta", "first:a", "schemas", "unread"})
    keys.push_back(std::string{"penstock:{jobs}:"} + each);
  const auto id = server.ask({"HGET", "penstock:{jobs}:meta", "id"}).text;
  std::vector<std::string_view> words{"EVAL", script.text, "10"};
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), {"a", "", id, "", "0", "0", "0"});
  words.insert(words.end(), arguments.begin(), arguments.end());
  server.ask(words);
}

/// Until it does without the server being too slow for it.
template <class Call>
void insist(const Call& call) {
  for (;;) {
    try {
      return call();
    } catch (const ps::job_queue_error& problem) {
      if (!problem.is_passing()) throw;
    }
  }
}

}  // namespace

TEST_CASE("a job whose verdict the server has lost comes again, at once and without a death") {
  const auto refused = GENERATE(false, true);
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  const auto first = a->take(queue.rules).job->receipt;
  forget_from_now_on(queue.server);
  CHECK((refused ? a->nack(first, "drained") : a->ack(first)));
  start_anew(queue.server);
  const auto again = a->take(queue.rules).job;
  REQUIRE(again);
  CHECK(again->receipt.job == first.job);
  CHECK(again->deaths == 0);
  CHECK_FALSE(a->ack(first));
  CHECK(a->ack(again->receipt));
  CHECK(a->take(queue.rules).empty);
}

TEST_CASE("another process gets a job whose verdict the server has lost, and nobody has died of it") {
  shared_server queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  a->put(text_item("job"));
  const auto first = a->take(queue.rules).job->receipt;
  forget_from_now_on(queue.server);
  CHECK(a->ack(first));
  start_anew(queue.server);
  CHECK(a->count().queued == 1);  // whatever a asks on its new connection
  const auto again = b->take(queue.rules).job;
  REQUIRE(again);
  CHECK(again->deaths == 0);
  CHECK(b->ack(again->receipt));
}

TEST_CASE("jobs that a process has stay with it when the server has lost its last writes") {
  shared_server queue;
  auto a = queue.open("a");
  auto other = queue.open("other of the same process");
  for (const auto* name : {"1", "2", "3"}) a->put(text_item(name));
  const auto first = a->take(queue.rules).job->receipt;
  const auto second = a->take(queue.rules).job->receipt;
  const auto third = other->take(queue.rules).job->receipt;
  forget_from_now_on(queue.server);
  CHECK(a->ack(first));
  start_anew(queue.server);
  CHECK(other->take(queue.rules).again_in == 10s);
  CHECK(taken(*a, queue.rules) == "\"1\"");
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(a->ack(second));
  CHECK(other->ack(third));
}

TEST_CASE("a job whose verdict waits for the server is not given back by a new connection") {
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  const auto job = a->take(queue.rules).job->receipt;
  queue.server.kill_now();
  CHECK_THROWS_AS(a->ack(job), ps::job_queue_error);
  queue.server.start();
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(a->ack(job));
}

TEST_CASE("a job of which its process never heard goes back when it takes no more, and nobody has died") {
  redis_server server;
  ps::redis_job_store patient{server.url(), "jobs"};
  std::chrono::nanoseconds now{};
  ps::queue_settings settings;
  settings.rules = {60s, 1};
  auto log = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>());
  ps::job_puller puller{
      "test",
      settings,
      [&] { return std::make_unique<ps::redis_job_store>(server.url("?timeout=100ms"), "jobs"); },
      {log, [] {}, [] { return 0.5; }, [&] { return now; }}};
  while (puller.next().again_in) now += 20s;  // until it has heard that there is nothing
  patient.put(text_item("job"));
  server.stand_still();
  CHECK(puller.next().again_in);
  server.go_on();
  server.ask({"PING"});  // on a connection that it looks at later than at those it had
  CHECK(patient.count().leased == 1);
  while (puller.flush()) now += 20s;
  const auto left = patient.list();
  REQUIRE(left.size() == 1);
  CHECK(left[0].state == "queued");
  CHECK(left[0].deliveries == 1);
  CHECK(left[0].deaths == 0);
}

TEST_CASE("a take that comes late, on a connection that was given up, takes nothing") {
  redis_server server;
  ps::redis_job_store a{server.url("?timeout=100ms"), "jobs", "a"};
  for (const auto* name : {"1", "2", "3"}) a.put(text_item(name));
  insist([&] { CHECK(a.take({}).job); });
  lose_answer(server, a);
  insist([&] { CHECK(a.take({}).job); });
  CHECK(a.count().leased == 2);
  by_hand(server, ps::redis_scripts::exchange(), {"10000000", "2", "5", "2", "1", "", "", "0"});
  CHECK(a.count().leased == 2);
}

TEST_CASE("a connection that greets late takes nothing away that its process got since") {
  redis_server server;
  ps::redis_job_store a{server.url(), "jobs", "a"};
  a.put(text_item("job"));
  const auto job = a.take({}).job->receipt;
  const auto run = server.ask({"HGET", "penstock:{jobs}:meta", "run"}).text;
  by_hand(server, ps::redis_scripts::prepare(), {run, "0", "1", "another id"});
  CHECK(a.ack(job));
}

TEST_CASE("a group of which nobody has heard goes back as a whole, and nobody has died") {
  redis_server server;
  ps::redis_job_store a{server.url("?timeout=100ms"), "jobs", "a"};
  for (int i = 0; i < 6; ++i) a.put(text_item("job"));
  const ps::take_order one{{10s, 1}, 1, {}};
  const ps::take_order four{{10s, 1}, 4, {}};
  ps::exchange_result first;
  insist([&] { first = a.exchange({}, &one); });
  server.stand_still();
  const ps::job_verdict done{first.jobs.at(0).receipt, ps::job_fate::acked, {}};
  CHECK_THROWS_AS(a.exchange(std::vector{done}, &four), ps::job_queue_error);
  server.go_on();
  server.ask({"PING"});  // the exchange was done before
  CHECK(a.is_unsure());
  insist([&] { a.give_back_unsure(); });
  CHECK(a.count().done == 1);
  CHECK(a.count().queued == 5);
  ps::exchange_result again;
  insist([&] { again = a.exchange(std::vector{done}, &four); });
  CHECK(again.late == std::vector{first.jobs[0].receipt});
  REQUIRE(again.jobs.size() == 4);
  for (const auto& each : again.jobs) CHECK(each.deaths == 0);
}

TEST_CASE("what nobody has heard of goes back at the server's memory limit too") {
  redis_server server;
  ps::redis_job_store a{server.url("?timeout=100ms"), "jobs", "a"};
  a.put(text_item("job"));
  lose_answer(server, a);
  server.ask({"CONFIG", "SET", "maxmemory", "1"});
  insist([&] { a.give_back_unsure(); });
  CHECK_FALSE(a.is_unsure());
  CHECK(a.count().queued == 1);
}

TEST_CASE("a take that was not sent leaves nothing unsure") {
  redis_server server;
  ps::redis_job_store a{server.url(), "jobs", "a"};
  server.kill_now();
  CHECK_THROWS_AS(a.take({}), ps::job_queue_error);
  CHECK_FALSE(a.is_unsure());
}

TEST_CASE("what somebody has read from the group by hand comes back after a lease") {
  const std::string id = GENERATE("7-0", "7-3");
  shared_server queue;
  auto a = queue.open("a");
  queue.server.ask({"XADD", "penstock:{jobs}:jobs", id, "json", "\"job\""});
  queue.server.ask(
      {"XREADGROUP", "GROUP", "penstock", "somebody", "COUNT", "9", "STREAMS", "penstock:{jobs}:jobs", ">"});
  std::string got = taken(*a, queue.rules);
  if (id == "7-0") {
    CHECK(got == "none");
    queue.lose_all();
    got = taken(*a, queue.rules);
  }  // the other one has another number, and is a new job
  CHECK(got == "\"job\"");
}

TEST_CASE("a delivery whose lease somebody took away comes back after a lease") {
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  {
    auto b = queue.open("b");
    REQUIRE(b->take(queue.rules).job);
    queue.server.ask({"DEL", "penstock:{jobs}:leases"});
    CHECK(taken(*a, queue.rules) == "none");
    queue.advance(queue.rules.lease / 2);
    CHECK(taken(*a, queue.rules) == "none");
  }
  queue.lose_all();
  CHECK(taken(*a, queue.rules) == "\"job\"");
}

TEST_CASE("a group has no more bytes than a process takes at a time, whatever was before") {
  shared_server queue;
  auto a = queue.open("a");
  std::vector<ps::stored_item> items(10, text_item("small"));
  const auto large = text_item(std::string(1'000'000, 'x'));
  items.insert(items.end(), 50, large);
  a->put_all(items);
  std::size_t got = 0;
  while (got < items.size()) {
    const ps::take_order all{queue.rules, 1'000, {}};
    const auto group = static_cast<ps::job_store&>(*a).exchange({}, &all);
    REQUIRE_FALSE(group.jobs.empty());
    std::size_t bytes = 0;
    for (const auto& each : group.jobs) bytes += each.item.json.size();
    CHECK(bytes < 6'000'000);
    got += group.jobs.size();
  }
  CHECK(got == items.size());
  CHECK(a->count().leased == std::ssize(items));
}
