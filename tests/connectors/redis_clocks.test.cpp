// Clocks that jump, the server's and those of who asks it.

#include <penstock/connectors/redis_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <penstock/connectors/redis_time.hpp>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

/// A server whose clock jumps, and processes whose own clocks go on evenly.
struct jumping_server {
  redis_server server;
  std::int64_t passed_us = 1'000'000'000;
  std::int64_t server_us = 1'000'000'000'000'000;
  ps::delivery_rules rules{9s, 1};

  std::unique_ptr<ps::redis_job_store> open(const std::string& owner) {
    return std::make_unique<ps::redis_job_store>(
        server.url(), "jobs", owner, [this] { return server_us; }, [this] { return passed_us; });
  }
  void advance(std::chrono::nanoseconds by) {
    passed_us += by.count() / 1000;
    jump(by);
  }
  void jump(std::chrono::nanoseconds by) { server_us += by.count() / 1000; }
};

/// Healthy workers extend three times within a lease; expects that none has lost the job.
void work_for(jumping_server& queue, ps::redis_job_store& worker, const ps::job_receipt& job, int thirds) {
  for (int i = 0; i < thirds; ++i) {
    queue.advance(queue.rules.lease / 3);
    CHECK(worker.extend(std::vector{job}, queue.rules.lease).empty());
  }
}

}  // namespace

TEST_CASE("a server's clock that jumps takes no job from a healthy worker, and nobody is dead") {
  const auto by =
      GENERATE(std::chrono::nanoseconds{1h}, std::chrono::nanoseconds{-1h}, std::chrono::nanoseconds{10s});
  const auto newcomer = GENERATE(false, true);
  jumping_server queue;
  auto worker = queue.open("worker");
  auto other = queue.open("other");
  worker->put(text_item("job"));
  const auto job = worker->take(queue.rules).job.value().receipt;
  CHECK(taken(*other, queue.rules) == "none");
  work_for(queue, *worker, job, 4);
  queue.jump(by);
  if (newcomer) other = queue.open("newcomer");
  CHECK(taken(*other, queue.rules) == "none");
  work_for(queue, *worker, job, 5);
  CHECK(taken(*other, queue.rules) == "none");
  queue.jump(-by);
  CHECK(taken(*other, queue.rules) == "none");
  work_for(queue, *worker, job, 5);
  CHECK(taken(*other, queue.rules) == "none");
  CHECK(worker->ack(job));
  CHECK(worker->count().done == 1);
  CHECK(worker->count().dead == 0);
}

TEST_CASE("a job of a dead process comes back after a jump too, a lease later") {
  const auto by = GENERATE(std::chrono::nanoseconds{1h}, std::chrono::nanoseconds{-1h});
  jumping_server queue;
  auto other = queue.open("other");
  other->put(text_item("job"));
  CHECK(queue.open("dies")->take({9s, 5}).job);
  queue.jump(by);
  const auto none = other->take({9s, 5});
  CHECK_FALSE(none.job);
  CHECK(none.again_in == 9s);
  queue.advance(9s);
  const auto job = other->take({9s, 5}).job;
  REQUIRE(job);
  CHECK(job->deaths == 1);
}

TEST_CASE("a process that has just come lets a third of the lease pass before it takes jobs for lost") {
  jumping_server queue;
  queue.open("dies")->put(text_item("job"));
  CHECK(queue.open("dies")->take({9s, 5}).job);
  queue.advance(1h);
  auto other = queue.open("other");
  CHECK(other->take({9s, 5}).again_in == 3s);
  queue.advance(2s);
  CHECK(other->take({9s, 5}).again_in == 1s);
  queue.advance(1s);
  CHECK(other->take({9s, 5}).job);
}

TEST_CASE("a delay is as long as it was, whatever the server's clock does meanwhile") {
  const auto by = GENERATE(std::chrono::nanoseconds{1h}, std::chrono::nanoseconds{-1h});
  const auto seen = GENERATE(true, false);
  jumping_server queue;
  auto a = queue.open("a");
  a->put(text_item("later"), 8s);
  if (seen) CHECK(taken(*a, queue.rules) == "none");
  queue.jump(by);
  queue.advance(5s);
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(a->take(queue.rules).again_in == 3s);
  queue.advance(3s);
  CHECK(taken(*a, queue.rules) == "\"later\"");
}

TEST_CASE("a jump that several processes see is one jump") {
  jumping_server queue;
  auto a = queue.open("a");
  auto b = queue.open("b");
  a->put(text_item("later"), 8s);
  CHECK(taken(*a, queue.rules) == "none");
  CHECK(taken(*b, queue.rules) == "none");
  queue.jump(1h);
  CHECK(a->take(queue.rules).again_in == 8s);
  CHECK(b->take(queue.rules).again_in == 8s);
}

TEST_CASE("processes whose clocks don't agree leave each other's judgement alone, and lost jobs come back") {
  jumping_server queue;
  const ps::delivery_rules rules{9s, 5};
  std::int64_t behind_us = 0;
  auto a = queue.open("a");
  ps::redis_job_store b{queue.server.url(), "jobs", "b", [&] { return queue.server_us; },
                        [&] { return queue.passed_us - behind_us; }};
  auto dead = queue.open("dead");
  dead->put(text_item("job"));
  REQUIRE(taken(*dead, rules) == "\"job\"");
  CHECK(taken(*a, rules) == "none");
  CHECK(taken(b, rules) == "none");
  behind_us = 5'000'000;  // it stood still, and its clock too
  std::string got = "none";
  for (int looks = 0; looks < 10 && got == "none"; ++looks) {
    queue.advance(3s);
    got = taken(b, rules);
    if (got == "none") got = taken(*a, rules);
  }
  CHECK(got == "\"job\"");
}

TEST_CASE("a real server whose clock is set takes no job from those who have it") {
  const scratch_folder folder;
  const auto shift = (folder / "shift").string();
  const auto set_clock = [&](std::int64_t us) {
    std::fstream{shift, std::ios::in | std::ios::out | std::ios::binary}.write(
        reinterpret_cast<const char*>(&us), sizeof us);
  };
  std::ofstream{shift, std::ios::binary}.write("\0\0\0\0\0\0\0\0", 8);
  const auto server = redis_server::with_clock(shift);
  ps::redis_job_store worker{server.url(), "jobs", "worker"};
  ps::redis_job_store other{server.url(), "jobs", "other"};
  const ps::delivery_rules rules{60s, 1};
  worker.put(text_item("job"));
  const auto job = worker.take(rules).job.value().receipt;
  CHECK(taken(other, rules) == "none");
  const auto before = server.ask({"TIME"}).items.at(0).text;
  set_clock(3'600'000'000);
  REQUIRE(std::stoll(server.ask({"TIME"}).items.at(0).text) >= std::stoll(before) + 3'600);
  ps::redis_job_store newcomer{server.url(), "jobs", "newcomer"};
  for (const auto us : std::vector<std::int64_t>{3'600'000'000, 0, -7'200'000'000}) {
    set_clock(us);
    CHECK(taken(newcomer, rules) == "none");
    CHECK(taken(other, rules) == "none");
    CHECK(worker.extend(std::vector{job}, 60s).empty());
    CHECK(taken(other, rules) == "none");
  }
  CHECK(worker.ack(job));
  CHECK(worker.count().done == 1);
}

TEST_CASE("what a process expects is the last time that it heard, and what has passed since") {
  ps::redis_time time;
  CHECK(time.at(1000, 60s).expected.empty());
  time.answered(5'000'000, 3, 1'000, 1'500);
  const auto later = time.at(11'500, 2s);
  CHECK(later.expected == "5010000 3");
  CHECK(later.early == "500000");
  CHECK(later.late == "500500");  // and what the call took
  CHECK(later.watched == "10000");
  CHECK(time.at(2'000, 60s).early == "1000000");
  time.answered(6'000'000, 4, 21'000, 21'500);
  CHECK(time.at(21'600, 60s).watched == "100");
  time.forget();
  CHECK(time.at(22'000, 60s).watched == "0");
}
