// Servers that forget jobs, or may.

#include <penstock/connectors/redis_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/redis_queue.hpp>
#include <penstock/penstock.hpp>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

/// Expects that it throws something that lasts.
template <class Call>
std::string lasting(const Call& call) {
  try {
    call();
  } catch (const ps::job_queue_error& problem) {
    CHECK_FALSE(problem.is_passing());
    return problem.what();
  }
  return "nothing was thrown";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::vector<std::string> without_file{"--appendonly", "no"};
const std::vector<std::string> evicting{"--maxmemory", "6mb", "--maxmemory-policy", "allkeys-lru"};

}  // namespace

TEST_CASE("a server that may forget is refused, unless the URL says that this may be") {
  const redis_server no_file{without_file};
  CHECK(says(lasting([&] { ps::redis_job_store{no_file.url(), "jobs"}; }), "set appendonly yes"));
  CHECK(ps::redis_job_store{no_file.url("?forgetful=yes"), "jobs"}.count().queued == 0);
  const redis_server evicts{evicting};
  const auto refusal = lasting([&] { ps::redis_job_store{evicts.url("?forgetful=no"), "jobs"}; });
  CHECK(says(refusal, "set maxmemory-policy noeviction"));
  CHECK(says(refusal, "?forgetful=yes"));
  CHECK(ps::redis_job_store{evicts.url("?forgetful=yes"), "jobs"}.count().queued == 0);
}

TEST_CASE("who may not ask the server for its settings goes on without knowing") {
  const redis_server server;
  server.ask(
      {"ACL", "SETUSER", "careful", "on", ">secret", "~penstock:*", "&penstock:*", "+@all", "-@dangerous"});
  ps::redis_job_store store{ps::redis_url::parse("unix://careful:secret@" + server.socket()), "jobs"};
  store.put(text_item("job"));
  CHECK(store.take({}).job);
}

TEST_CASE("a server that still reads its file is waited for, and not taken for one that forgets") {
  redis_server server;
  ps::redis_job_store store{server.url(), "jobs"};
  store.put_all(std::vector<ps::stored_item>(3000, text_item("job")));
  server.kill_now();
  server.start_reading(300);
  try {
    store.take({});
    FAIL("it has read all that at once");
  } catch (const ps::job_queue_error& problem) {
    CHECK(problem.is_passing());
    CHECK(says(problem.what(), "still reading its data"));
  }
  server.await_ready();
  CHECK(store.take({}).job);
}

TEST_CASE("a server killed without a file is empty afterwards, and who knew of jobs in it says so") {
  const auto held = GENERATE(true, false);
  redis_server server{without_file};
  ps::redis_job_store store{server.url("?forgetful=yes"), "jobs"};
  store.put(text_item("1"));
  store.put(text_item("2"));
  ps::job_receipt first;
  if (held) first = store.take({}).job->receipt;
  server.kill_now();
  server.start();
  CHECK(says(lasting([&] { store.take({}); }), "2 jobs were known to be in it"));
  if (held) {
    CHECK(says(lasting([&] { store.ack(first); }), "keys are gone"));
    CHECK(says(lasting([&] { store.extend(std::vector{first}, 10s); }), "keys are gone"));
  }
  CHECK(ps::redis_job_store{server.url("?forgetful=yes"), "jobs"}.take({}).empty);
}

TEST_CASE("another server in the place of one that had jobs is noticed, even if it has some") {
  redis_server one;
  redis_server two;
  ps::redis_job_store{two.url(), "jobs"}.put(text_item("other"));
  ps::redis_job_store store{one.url(), "jobs"};
  store.put(text_item("job"));
  one.kill_now();
  std::filesystem::rename(two.socket(), one.socket());
  CHECK(says(lasting([&] { store.take({}); }), "is another one"));
}

TEST_CASE("each key that is evicted is noticed by who works on the queue") {
  const auto* const key =
      GENERATE("jobs", "facts", "leases", "ready", "later", "dead", "meta", "unread:aaaa");
  INFO(key);
  shared_server queue;
  auto a = queue.open("a");
  for (int i = 0; i < 6; ++i) a->put(text_item("job"));
  const ps::take_order five{queue.rules, 5, "aaaa"};
  const auto jobs = a->exchange({}, &five).jobs;
  a->nack(jobs.at(0).receipt, "later", 1h);
  const std::vector<ps::job_verdict> verdicts{{jobs[1].receipt, ps::job_fate::buried, "x"},
                                              {jobs[2].receipt, ps::job_fate::unreadable, "x"},
                                              {jobs[3].receipt, ps::job_fate::nacked, "x"}};
  CHECK(a->exchange(verdicts, nullptr).late.empty());
  CHECK(a->extend(std::vector{jobs[4].receipt}, 10s).empty());
  queue.server.ask({"DEL", std::string{"penstock:{jobs}:"} + key});
  CHECK(says(lasting([&] { a->extend(std::vector{jobs[4].receipt}, 10s); }), "keys are gone"));
  CHECK(says(lasting([&] { a->exchange({}, &five); }), "keys are gone"));
}

TEST_CASE("a run on a server that evicts its jobs ends with an error") {
  redis_server server{evicting};
  ps::redis_queue<std::string> queue{server.url_text("?forgetful=yes"), "jobs", ps::until_empty,
                                     ps::lease(1s)};
  for (int i = 0; i < 50; ++i) queue.put("job");
  bell begun;
  bell evicted;
  ps::runtime rt;
  ps::graph g{"jobs"};
  g.source("pull", queue, ps::in_flight(1))
      .sink(
          "work",
          [&](const std::string&) {
            begun.ring();
            evicted.await();
          },
          ps::blocking);
  auto run = rt.start(g);
  REQUIRE(begun.await());
  const std::string large(100'000, 'x');
  for (int i = 0; server.ask({"EXISTS", "penstock:{jobs}:jobs"}).number == 1; ++i) {
    REQUIRE(i < 10'000);
    server.ask({"SET", "other" + std::to_string(i), large});
  }
  for (int i = 0; i < 51; ++i) evicted.ring();
  CHECK_THROWS_AS(run.wait(), ps::job_queue_error);
}

TEST_CASE("a queue that waits for a delay looks whether it is still there within a lease") {
  shared_server queue;
  auto a = queue.open("a");
  a->put(text_item("later"), 24h);
  CHECK(a->take(queue.rules).again_in == queue.rules.lease);
  queue.server.ask({"FLUSHALL"});
  CHECK(says(lasting([&] { a->take(queue.rules); }), "1 jobs were known"));
}
