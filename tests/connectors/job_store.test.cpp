// What every job store promises, asked of each of them.

#include <penstock/connectors/job_store.hpp>

#include <penstock_test/catch.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

/// `job` dies with a process that has nothing else.
template <class Queue>
void die_of(Queue& queue, int times) {
  for (int i = 0; i < times; ++i) {
    REQUIRE(queue.open("victim " + std::to_string(i))->take(queue.rules).job);
    queue.lose_all();
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a job comes as it was put, once, and is gone when it is done", "", shared_file,
                   shared_server) {
  TestType queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  a->put({{std::byte{1}, std::byte{0}}, R"({"x":1})", "point"});
  const auto got = b->take(queue.rules).job;
  REQUIRE(got);
  CHECK(got->item.archive == std::vector{std::byte{1}, std::byte{0}});
  CHECK(got->item.json == R"({"x":1})");
  CHECK(got->item.type == "point");
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(b->ack(got->receipt));
  CHECK(a->count().done == 1);
  CHECK(a->list().empty());
  CHECK(a->take(queue.rules).empty);
}

TEMPLATE_TEST_CASE("jobs that are put together are numbered in their order, and wait for their delay", "",
                   shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  a->put(text_item("first"));
  CHECK(a->put_all({text_item("x"), text_item("y")}, 5s) == std::vector<std::int64_t>{2, 3});
  CHECK(a->put_all({}).empty());
  CHECK(taken(*a, queue.rules) == "\"first\"");
  CHECK(taken(*a, queue.rules) == "none");
  queue.advance(5s);
  CHECK(taken(*a, queue.rules) == "\"x\"");
  CHECK(taken(*a, queue.rules) == "\"y\"");
}

TEMPLATE_TEST_CASE("jobs come in the order in which they were put, and a refused one takes its place again",
                   "", shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  for (const auto* name : {"1", "2", "3"}) a->put(text_item(name));
  const auto first = a->take(queue.rules).job;
  CHECK(taken(*a, queue.rules) == "\"2\"");
  CHECK(a->nack(first->receipt, "drained"));
  CHECK(a->list("queued").at(0).reason == "drained");
  CHECK(taken(*a, queue.rules) == "\"1\"");
  CHECK(taken(*a, queue.rules) == "\"3\"");
}

TEMPLATE_TEST_CASE("a delayed job comes when its time has come, and the queue says when that is", "",
                   shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  a->put(text_item("put"), 3s);
  auto none = a->take(queue.rules);
  CHECK_FALSE(none.empty);
  CHECK(none.again_in == 3s);
  queue.advance(3s);
  const auto job = a->take(queue.rules).job;
  REQUIRE(job);
  a->nack(job->receipt, "busy", 5s);
  CHECK(a->take(queue.rules).again_in == 5s);
  queue.advance(5s);
  CHECK(taken(*a, queue.rules) == "\"put\"");
}

TEMPLATE_TEST_CASE("a job of a process that died is delivered again, and the first verdict on it is refused",
                   "", shared_file, shared_server) {
  TestType queue;
  auto dead = queue.open("dead");
  auto other = queue.open("other");
  dead->put(text_item("job"));
  const auto first = dead->take(queue.rules).job;
  const auto look_again = other->take(queue.rules).again_in;
  REQUIRE(look_again);
  CHECK(*look_again > 0s);
  CHECK(*look_again <= 10s);
  queue.lose_all();
  const auto second = other->take(queue.rules).job;
  REQUIRE(second);
  CHECK(second->deaths == 1);
  CHECK_FALSE(dead->ack(first->receipt));
  CHECK_FALSE(dead->nack(first->receipt, "late"));
  CHECK_FALSE(dead->bury(first->receipt, "late"));
  CHECK(dead->extend(std::vector{first->receipt}, 10s) == std::vector{first->receipt});
  CHECK(other->ack(second->receipt));
  CHECK(other->count().done == 1);
}

TEMPLATE_TEST_CASE("a receipt is worth nothing in the hands of another owner", "", shared_file,
                   shared_server) {
  TestType queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  a->put(text_item("job"));
  const auto job = a->take(queue.rules).job;
  CHECK_FALSE(b->ack(job->receipt));
  CHECK(a->ack(job->receipt));
  CHECK_FALSE(a->ack(job->receipt));
}

TEMPLATE_TEST_CASE("an extended lease ends later", "", shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  a->put(text_item("job"));
  const auto job = a->take(queue.rules).job;
  queue.advance(9s);
  CHECK(a->extend(std::vector{job->receipt}, 10s).empty());
  queue.advance(9s);
  CHECK(taken(*b, queue.rules) == "none");
  CHECK(a->ack(job->receipt));
}

TEMPLATE_TEST_CASE("who asks for a job is alive, so its own leases don't end by that", "", shared_file,
                   shared_server) {
  TestType queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  const auto job = a->take(queue.rules).job;
  queue.lose_all();
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(a->ack(job->receipt));
}

TEMPLATE_TEST_CASE("after two deaths a job runs alone: nothing is given out beside it", "", shared_file,
                   shared_server) {
  TestType queue;
  auto a = queue.open("a");
  a->put(text_item("suspect"));
  die_of(queue, 2);
  a->put(text_item("other"));
  a->put(text_item("third"));
  auto job = a->take(queue.rules).job;
  REQUIRE(job);
  CHECK(job->item.json == "\"suspect\"");
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(a->ack(job->receipt));
  CHECK(taken(*a, queue.rules) == "\"other\"");
}

TEMPLATE_TEST_CASE("a suspect waits until its source has nothing else, and holds up what is behind it", "",
                   shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  a->put(text_item("suspect"));
  die_of(queue, 1);
  const auto held = b->take(queue.rules).job;  // the death of b will make it two
  a->put(text_item("other"));
  const auto other = a->take(queue.rules).job;
  a->put(text_item("third"));
  queue.advance(9s);
  a->extend(std::vector{other->receipt}, 10s);
  queue.advance(1s);
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(a->ack(other->receipt));
  CHECK(taken(*a, queue.rules) == "\"suspect\"");
}

TEMPLATE_TEST_CASE("a job that was alone at its last death is dead at the limit, and says why", "",
                   shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  a->put(text_item("poison"));
  die_of(queue, 5);
  CHECK(taken(*a, queue.rules) == "none");
  const auto dead = a->list("dead");
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].deaths == 5);
  CHECK(dead[0].reason.find("5 processes died with this job") == 0);
  CHECK(dead[0].reason.find("victim 4") != std::string::npos);
}

TEMPLATE_TEST_CASE("innocent jobs are never dead, whatever they were beside", "", shared_file,
                   shared_server) {
  const auto limit = GENERATE(1U, 2U, 3U, 5U);
  TestType queue;
  queue.rules.max_deliveries = limit;
  auto watcher = queue.open("watcher");
  for (const auto* name : {"good 1", "poison", "good 2", "good 3"}) watcher->put(text_item(name));
  // Every process takes what it gets and dies when the poison is among it.
  for (int process = 0; watcher->count().queued + watcher->count().leased > 0; ++process) {
    REQUIRE(process < 20);
    auto store = queue.open("process " + std::to_string(process));
    std::vector<ps::job_receipt> out;
    bool dies = false;
    while (auto job = store->take(queue.rules).job) {
      dies = dies || job->item.json == "\"poison\"";
      out.push_back(job->receipt);
    }
    if (!dies) {
      for (const auto& each : out) CHECK(store->ack(each));
    }
    queue.lose_all();
  }
  const auto dead = watcher->list("dead");
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].json == "\"poison\"");
  CHECK(watcher->count().done == 3);
}

TEMPLATE_TEST_CASE("refusals don't count as deaths", "", shared_file, shared_server) {
  TestType queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  for (int i = 0; i < 20; ++i) {
    const auto job = a->take(queue.rules).job;
    REQUIRE(job);
    CHECK(job->deaths == 0);
    CHECK(a->nack(job->receipt, "drained"));
  }
}

TEMPLATE_TEST_CASE("a buried job is dead, and alive again when somebody says so", "", shared_file,
                   shared_server) {
  TestType queue;
  auto a = queue.open("a");
  const auto number = a->put(text_item("unreadable"));
  CHECK_FALSE(a->requeue(number));
  CHECK(a->bury(a->take(queue.rules).job->receipt, "no such type"));
  CHECK(a->list().at(0).state == "dead");
  CHECK(a->list().at(0).reason == "no such type");
  CHECK(a->take(queue.rules).empty);
  CHECK(a->requeue(number));
  CHECK(taken(*a, queue.rules) == "\"unreadable\"");
  CHECK(a->requeue_all() == 0);
}

TEMPLATE_TEST_CASE("all that a queue holds is there when it is opened again", "", shared_file,
                   shared_server) {
  TestType queue;
  queue.open("a")->put(text_item("job"));
  auto b = queue.open("b");
  CHECK(taken(*b, queue.rules) == "\"job\"");
}

TEMPLATE_TEST_CASE("a queue wakes who found nothing, when another puts a job or gives one back", "",
                   shared_file, shared_server) {
  TestType queue;
  auto waiting = queue.open("waiting");
  auto other = queue.open("other");
  bell rung;
  waiting->on_change([&] { rung.ring(); });
  CHECK(taken(*waiting, queue.rules) == "none");
  other->put(text_item("job"));
  REQUIRE(rung.await());
  const auto job = waiting->take(queue.rules).job;
  REQUIRE(job);
  waiting->ack(job->receipt);

  other->put(text_item("another"));
  const auto held = other->take(queue.rules).job;
  while (waiting->take(queue.rules).job) {
  }
  other->nack(held->receipt, "drained");
  // Rings may come for what was written before it looked; then it looks again.
  bool got = false;
  while (!got && rung.await()) got = waiting->take(queue.rules).job.has_value();
  CHECK(got);
}

TEMPLATE_TEST_CASE("whatever number of threads use one store, every job is given to one of them", "",
                   shared_file, shared_server) {
  TestType queue;
  auto store = queue.open("all");
  constexpr int jobs = 60;
  std::vector<std::thread> threads;
  std::atomic<int> done{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < jobs / 3; ++i) store->put(text_item(std::to_string(t)));
      while (auto job = store->take(queue.rules).job) {
        if (store->ack(job->receipt)) ++done;
      }
    });
  }
  for (auto& each : threads) each.join();
  while (auto job = store->take(queue.rules).job) done += store->ack(job->receipt) ? 1 : 0;
  CHECK(done == jobs);
  CHECK(store->count().done == jobs);
}
