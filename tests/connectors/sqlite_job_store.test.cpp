#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "queue_support.hpp"

using namespace penstock_test;

namespace {

/// A queue, as several processes see it.
struct shared_queue {
  scratch_folder folder;
  std::shared_ptr<hand_clock> clock = std::make_shared<hand_clock>();
  ps::delivery_rules rules{10s, 5};

  std::unique_ptr<ps::sqlite_job_store> open(const std::string& owner) {
    return std::make_unique<ps::sqlite_job_store>(folder / "jobs.sqlite", true, owner, clock);
  }
  /// All leases that are out end, as their processes are gone.
  void lose_all() { clock->advance(rules.lease); }
};

std::string taken(ps::sqlite_job_store& store, const ps::delivery_rules& rules) {
  const auto answer = store.take(rules);
  return answer.job ? answer.job->item.json : "none";
}

/// `job` dies with a process that has nothing else.
void die_of(shared_queue& queue, int times) {
  for (int i = 0; i < times; ++i) {
    REQUIRE(queue.open("victim " + std::to_string(i))->take(queue.rules).job);
    queue.lose_all();
  }
}

/// Transactions in SQLite's log: the frames that say how large the file is behind them.
int commits_in(const std::filesystem::path& log) {
  constexpr std::size_t head = 32;
  constexpr std::size_t frame_head = 24;
  std::ifstream file{log, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(bytes.at(at + i));
    return value;
  };
  const auto frame = frame_head + number(8);
  int found = 0;
  for (auto at = head; at + frame <= bytes.size(); at += frame) found += number(at + 4) != 0 ? 1 : 0;
  return found;
}

}  // namespace

TEST_CASE("a job comes as it was put, once, and is gone when it is done") {
  shared_queue queue;
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

TEST_CASE("jobs come in the order in which they were put, and a refused one takes its place again") {
  shared_queue queue;
  auto a = queue.open("a");
  for (const auto* name : {"1", "2", "3"}) a->put(text_item(name));
  const auto first = a->take(queue.rules).job;
  CHECK(taken(*a, queue.rules) == "\"2\"");
  CHECK(a->nack(first->receipt, "drained"));
  CHECK(a->list("queued").at(0).reason == "drained");
  CHECK(taken(*a, queue.rules) == "\"1\"");
  CHECK(taken(*a, queue.rules) == "\"3\"");
}

TEST_CASE("a delayed job comes when its time has come, and the queue says when that is") {
  shared_queue queue;
  auto a = queue.open("a");
  a->put(text_item("put"), 3s);
  auto none = a->take(queue.rules);
  CHECK_FALSE(none.empty);
  CHECK(none.again_in == 3s);
  queue.clock->advance(3s);
  const auto job = a->take(queue.rules).job;
  REQUIRE(job);
  a->nack(job->receipt, "busy", 5s);
  CHECK(a->take(queue.rules).again_in == 5s);
  queue.clock->advance(5s);
  CHECK(taken(*a, queue.rules) == "\"put\"");
}

TEST_CASE("a job of a process that died is delivered again, and the first verdict on it is refused") {
  shared_queue queue;
  auto dead = queue.open("dead");
  auto other = queue.open("other");
  dead->put(text_item("job"));
  const auto first = dead->take(queue.rules).job;
  CHECK(other->take(queue.rules).again_in == 10s);
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

TEST_CASE("a receipt is worth nothing in the hands of another owner") {
  shared_queue queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  a->put(text_item("job"));
  const auto job = a->take(queue.rules).job;
  CHECK_FALSE(b->ack(job->receipt));
  CHECK(a->ack(job->receipt));
  CHECK_FALSE(a->ack(job->receipt));
}

TEST_CASE("an extended lease ends later") {
  shared_queue queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  a->put(text_item("job"));
  const auto job = a->take(queue.rules).job;
  queue.clock->advance(9s);
  CHECK(a->extend(std::vector{job->receipt}, 10s).empty());
  queue.clock->advance(9s);
  CHECK(taken(*b, queue.rules) == "none");
  CHECK(a->ack(job->receipt));
}

TEST_CASE("leases are extended in one write, however many, and those that were lost are named") {
  shared_queue queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  for (const auto* name : {"1", "2", "3", "4"}) a->put(text_item(name));
  std::vector<ps::job_receipt> open;
  while (const auto job = a->take(queue.rules).job) open.push_back(job->receipt);
  REQUIRE(open.size() == 4);
  a->ack(open[1]);
  queue.clock->advance(9s);
  const auto before = commits_in(a->file().string() + "-wal");
  CHECK(a->extend(open, 10s) == std::vector{open[1]});
  CHECK(commits_in(a->file().string() + "-wal") == before + 1);
  queue.clock->advance(9s);
  CHECK(taken(*b, queue.rules) == "none");
}

TEST_CASE("who asks for a job is alive, so its own leases don't end by that") {
  shared_queue queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  const auto job = a->take(queue.rules).job;
  queue.lose_all();
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(a->ack(job->receipt));
}

TEST_CASE("after a start of the machine all leases have ended and all delays are over") {
  shared_queue queue;
  auto a = queue.open("a");
  a->put(text_item("leased"));
  a->take(queue.rules);
  a->put(text_item("delayed"), 1h);
  queue.clock->start = "second";
  queue.clock->now = 5;
  auto b = queue.open("b");
  CHECK(taken(*b, queue.rules) == "\"leased\"");
  CHECK(taken(*b, queue.rules) == "\"delayed\"");
}

TEST_CASE("the end of the machine is no death of a job") {
  shared_queue queue;
  queue.rules.max_deliveries = 1;
  queue.open("first")->put(text_item("innocent"));
  for (int start = 0; start < 5; ++start) {
    queue.clock->start = "start " + std::to_string(start);
    const auto store = queue.open("owner " + std::to_string(start));
    CHECK(taken(*store, queue.rules) == "\"innocent\"");
    CHECK(store->list().front().deaths == 0);
  }
}

TEST_CASE("after two deaths a job runs alone: nothing is given out beside it") {
  shared_queue queue;
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

TEST_CASE("a suspect runs alone in its process, however many sources that has") {
  shared_queue queue;
  auto first = queue.open("machine:1:1");
  auto second = queue.open("machine:1:2");
  auto elsewhere = queue.open("machine:12:1");
  first->put(text_item("suspect"));
  die_of(queue, 1);
  REQUIRE(queue.open("victim")->take(queue.rules).job);  // its death will make it two
  first->put(text_item("other"));
  first->put(text_item("third"));
  const auto other = first->take(queue.rules).job;
  queue.clock->advance(9s);
  first->extend(std::vector{other->receipt}, 10s);
  queue.clock->advance(1s);
  CHECK(taken(*second, queue.rules) == "none");
  CHECK(taken(*elsewhere, queue.rules) == "\"suspect\"");
  CHECK(taken(*second, queue.rules) == "\"third\"");
}

TEST_CASE("a suspect waits until its source has nothing else, and holds up what is behind it") {
  shared_queue queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  a->put(text_item("suspect"));
  die_of(queue, 1);
  const auto held = b->take(queue.rules).job;  // the death of b will make it two
  a->put(text_item("other"));
  const auto other = a->take(queue.rules).job;
  a->put(text_item("third"));
  queue.clock->advance(9s);
  a->extend(std::vector{other->receipt}, 10s);
  queue.clock->advance(1s);
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(a->ack(other->receipt));
  CHECK(taken(*a, queue.rules) == "\"suspect\"");
}

TEST_CASE("a job that was alone at its last death is dead at the limit, and says why") {
  shared_queue queue;
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

TEST_CASE("innocent jobs are never dead, whatever they were beside") {
  const auto limit = GENERATE(1U, 2U, 3U, 5U);
  shared_queue queue;
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

TEST_CASE("refusals don't count as deaths") {
  shared_queue queue;
  auto a = queue.open("a");
  a->put(text_item("job"));
  for (int i = 0; i < 20; ++i) {
    const auto job = a->take(queue.rules).job;
    REQUIRE(job);
    CHECK(job->deaths == 0);
    CHECK(a->nack(job->receipt, "drained"));
  }
}

TEST_CASE("a buried job is dead, and alive again when somebody says so") {
  shared_queue queue;
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

TEST_CASE("all that a queue holds is there when it is opened again") {
  shared_queue queue;
  queue.open("a")->put(text_item("job"));
  auto b = queue.open("b");
  CHECK(taken(*b, queue.rules) == "\"job\"");
}

TEST_CASE("a queue wakes who found nothing, when another puts a job or gives one back") {
  shared_queue queue;
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

TEST_CASE("whatever number of threads use one store, every job is given to one of them") {
  shared_queue queue;
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

TEST_CASE("looking at the jobs waits for nobody who writes") {
  shared_queue queue;
  queue.open("a")->put(text_item("job"));
  ps::sqlite_database other{queue.folder / "jobs.sqlite", false};
  const ps::sqlite_database::transaction writing{other};
  const auto looks = queue.open("b");
  CHECK(looks->list().size() == 1);
  CHECK(looks->count().queued == 1);
}
