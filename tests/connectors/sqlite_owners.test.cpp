// Who has jobs, and whether it is still there, whatever clocks, numbers and names processes see.

#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <csignal>
#include <filesystem>
#include <set>
#include <string>

#include <penstock/connectors/lease_watch.hpp>
#include <penstock/connectors/owner_locks.hpp>
#include <penstock/connectors/owner_name.hpp>
#include <penstock_test/child_process.hpp>

#include "shared_queues.hpp"

using namespace penstock_test;

namespace {

/// Of a process that can't tell how its times compare with others'.
class lone_clock final : public ps::machine_time {
 public:
  explicit lone_clock(std::string name, std::int64_t start) : now{start}, name_{std::move(name)} {}
  std::int64_t now_ns() const override { return now; }
  std::string base() const override { return name_; }
  std::string boot() const override { return "boot of " + name_; }
  void advance(std::chrono::nanoseconds by) { now += by.count(); }

  std::int64_t now;

 private:
  std::string name_;
};

/// A process that takes a job of the queue, says so, and waits to be killed.
int take_and_stay(const std::filesystem::path& file, int said) {
  ps::sqlite_job_store store{file};
  const bool got = store.take({}).job.has_value();
  [[maybe_unused]] const auto written = ::write(said, got ? "y" : "n", 1);
  for (;;) ::pause();
}

}  // namespace

TEST_CASE("the jobs of a process that is gone come back at once, as after a death") {
  const scratch_folder folder;
  const auto file = folder / "jobs.sqlite";
  ps::sqlite_job_store store{file};
  store.put(text_item("job"));
  child_process holder{[&](int said) { return take_and_stay(file, said); }};
  REQUIRE(holder.await_byte());
  CHECK_FALSE(store.take({}).job);
  holder.send(SIGKILL);
  CHECK(holder.ended_with() == -SIGKILL);
  const auto back = store.take({}).job;
  REQUIRE(back);
  CHECK(back->deaths == 1);
  CHECK(store.list().front().reason.find("died") != std::string::npos);
}

TEST_CASE("who has nothing to do looks every few seconds whether those that have jobs are still there") {
  shared_file queue;
  queue.rules.lease = 30min;
  auto a = queue.open("machine:1:1");
  auto b = queue.open("machine:2:1");
  a->put(text_item("job"));
  REQUIRE(a->take(queue.rules).job);
  CHECK(b->take(queue.rules).again_in == 5s);
  queue.advance(30min - 1s);
  CHECK(b->take(queue.rules).again_in == 1s);
}

TEST_CASE("a process that stands still loses its jobs when its lease has ended") {
  shared_file queue;
  auto stopped = queue.open("machine:1:1");
  auto other = queue.open("machine:2:1");
  other->put(text_item("job"));
  const auto job = stopped->take(queue.rules).job;
  queue.advance(9s);
  CHECK(taken(*other, queue.rules) == "none");
  queue.advance(1s);
  CHECK(taken(*other, queue.rules) == "\"job\"");
  CHECK_FALSE(stopped->ack(job->receipt));
}

TEST_CASE("containers with other names for one start of the machine leave each other's jobs alone") {
  shared_file queue;
  auto elsewhere = std::make_shared<hand_clock>(*queue.clock);
  elsewhere->start = "of a container";
  auto a = queue.open("machine:1:1");
  a->put(text_item("job"));
  a->put(text_item("delayed"), 60s);
  const auto job = a->take(queue.rules).job;
  REQUIRE(job);
  ps::sqlite_job_store b{queue.folder / "jobs.sqlite", true, "machine:2:1", elsewhere};
  CHECK(taken(b, queue.rules) == "none");
  CHECK(a->ack(job->receipt));
}

TEST_CASE("a healthy process keeps its jobs before one whose clock can't be compared with its own") {
  shared_file queue;
  auto early = std::make_shared<lone_clock>("early", 5);
  auto late = std::make_shared<lone_clock>("late", 100'000'000'000'000);
  ps::sqlite_job_store a{queue.folder / "jobs.sqlite", true, "machine:1:a", early};
  ps::sqlite_job_store b{queue.folder / "jobs.sqlite", true, "machine:1:b", late};
  a.put(text_item("job"));
  const auto job = a.take(queue.rules).job;
  REQUIRE(job);
  for (int i = 0; i < 20; ++i) {
    const auto none = b.take(queue.rules);
    REQUIRE_FALSE(none.job);
    REQUIRE(none.again_in);
    late->advance(*none.again_in);
    early->advance(*none.again_in);
    if (i % 2 == 0) CHECK(a.extend(std::vector{job->receipt}, queue.rules.lease).empty());
  }
  // It stands still from here on.
  int looks = 0;
  for (; looks < 10 && taken(b, queue.rules) == "none"; ++looks) late->advance(queue.rules.lease / 4);
  CHECK(looks >= 3);
  CHECK(looks <= 6);
}

TEST_CASE("a process that stood still and goes on is left alone again by one whose clock is another") {
  shared_file queue;
  auto early = std::make_shared<lone_clock>("early", 5);
  auto late = std::make_shared<lone_clock>("late", 100'000'000'000'000);
  ps::sqlite_job_store a{queue.folder / "jobs.sqlite", true, "machine:1:a", early};
  ps::sqlite_job_store b{queue.folder / "jobs.sqlite", true, "machine:1:b", late};
  a.put(text_item("1"));
  const auto lost = a.take(queue.rules).job;
  REQUIRE(lost);
  std::string got = "none";
  for (int looks = 0; looks < 10 && got == "none"; ++looks) {
    got = taken(b, queue.rules);
    late->advance(queue.rules.lease / 4);
  }
  REQUIRE(got == "\"1\"");
  // It goes on.
  CHECK_FALSE(a.ack(lost->receipt));
  a.put(text_item("2"));
  const auto job = a.take(queue.rules).job;
  REQUIRE(job);
  for (int looks = 0; looks < 3; ++looks) {
    CHECK(taken(b, queue.rules) == "none");
    late->advance(queue.rules.lease / 4);
  }
  CHECK(a.ack(job->receipt));
}

TEST_CASE("a lease that ends later than others of its owner is looked at when it ends") {
  shared_file queue;
  auto a = queue.open("machine:1:1");
  auto b = queue.open("machine:2:1");
  const ps::take_order of_b{queue.rules, 1, "00000000000000bb"};
  a->put(text_item("1"));
  const auto first = b->exchange({}, &of_b);
  REQUIRE(first.jobs.size() == 1);
  b->exchange(std::vector<ps::job_verdict>{{first.jobs[0].receipt, ps::job_fate::unreadable, ""}}, nullptr);
  REQUIRE(a->take(queue.rules).job);
  queue.advance(2s);
  a->put(text_item("2"));
  REQUIRE(a->take(queue.rules).job);
  queue.advance(8s);
  const auto none = b->exchange({}, &of_b);
  CHECK(none.jobs.empty());
  CHECK(b->list("queued").size() == 1);
  REQUIRE(none.again_in);
  CHECK(*none.again_in == 2s);
}

TEST_CASE("time in which one stood still oneself is not time that one has watched") {
  ps::lease_watch watch;
  constexpr std::int64_t lease = 100;
  CHECK_FALSE(watch.is_over("a", 7, lease, 0));
  CHECK_FALSE(watch.is_over("a", 7, lease, 1'000'000));
  CHECK_FALSE(watch.is_over("a", 7, lease, 1'000'025));
  CHECK_FALSE(watch.is_over("a", 7, lease, 1'000'050));
  CHECK(watch.is_over("a", 7, lease, 1'000'075));
  CHECK_FALSE(watch.is_over("a", 8, lease, 1'000'100));
}

TEST_CASE("a place in a file of locks is held by one store, until it goes") {
  const scratch_folder folder;
  const ps::owner_locks looker{folder / "locks"};
  {
    ps::owner_locks holder{folder / "locks"};
    REQUIRE(holder.hold(3));
    CHECK(looker.file_number() == holder.file_number());
    CHECK(looker.is_held(3));
    CHECK_FALSE(looker.is_held(2));
  }
  CHECK_FALSE(looker.is_held(3));
}

TEST_CASE("locks of another file, as of a queue that was copied, say nothing") {
  shared_file queue;
  auto a = queue.open("machine:1:1");
  a->put(text_item("job"));
  REQUIRE(a->take(queue.rules).job);
  std::filesystem::remove(queue.folder / "jobs.sqlite-owners");
  auto b = queue.open("machine:2:1");
  CHECK(taken(*b, queue.rules) == "none");
  queue.advance(10s);
  CHECK(taken(*b, queue.rules) == "\"job\"");
}

TEST_CASE("a process after a fork is another one") {
  const auto own = ps::process_token();
  CHECK(own.size() == 32);
  CHECK(own == ps::process_token());
  child_process child{[&](int) { return ps::process_token() == own ? 1 : 0; }};
  CHECK(child.ended_with() == 0);
  const auto one = ps::new_owner_name();
  const auto two = ps::new_owner_name();
  CHECK(one != two);
  CHECK(one.substr(0, one.rfind(':')) == two.substr(0, two.rfind(':')));
  CHECK(one.find(own) != std::string::npos);
}

TEST_CASE("the monotonic clock's offset of a time namespace is found") {
  CHECK(ps::monotonic_offset_in("monotonic  100000  5\nboottime  7  0\n") == 100'000'000'000'005);
  CHECK(ps::monotonic_offset_in("boottime 7 0\nmonotonic -3 0\n") == -3'000'000'000);
  CHECK(ps::monotonic_offset_in("") == 0);
}
