// Jobs and verdicts in groups.

#include <penstock/connectors/job_puller.hpp>

#include <penstock_test/catch.hpp>

#include <penstock/connectors/job_queue_error.hpp>

#include "pulled_queue.hpp"

using namespace penstock_test;
using Catch::Matchers::Contains;

namespace {

std::vector<ps::job_receipt> take_all(ps::job_puller& puller, std::uint32_t room) {
  std::vector<ps::job_receipt> out{puller.next(room).job->receipt};
  while (puller.kept() > 0) out.push_back(puller.next(room).job->receipt);
  return out;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("verdicts and the next jobs are one exchange") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 16;
  for (const auto& each : take_all(puller, 8)) puller.ack(each);
  CHECK_FALSE(puller.flush(true));  // it is asked for jobs next
  CHECK(queue.there.exchanges == 1);
  CHECK(puller.next(8).job);
  CHECK(queue.there.exchanges == 2);
  CHECK(queue.there.told.size() == 8);
  CHECK(puller.kept() == 7);
}

TEST_CASE("a group is no larger than what the source may give on") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 100;
  CHECK(take_all(puller, 3).size() == 3);
  CHECK(take_all(puller, 5).size() == 5);
  CHECK(queue.there.wished == std::vector<std::uint32_t>{3, 5});
  CHECK(queue.there.jobs == 92);
}

TEST_CASE("a take that finds fewer jobs than there is room for waits for no more") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 2;
  CHECK(take_all(puller, 10).size() == 2);
  CHECK(queue.there.exchanges == 1);
  CHECK_FALSE(puller.next(8).job);
}

TEST_CASE("a suspect ends its group") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 5;
  queue.there.suspect = "3";
  CHECK(take_all(puller, 10).size() == 2);
  CHECK(take_all(puller, 10).size() == 1);
  CHECK(take_all(puller, 10).size() == 2);
}

TEST_CASE("groups of heavy jobs are small") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 10'000;
  queue.there.bytes = 1'000'000;
  take_all(puller, 1000);
  for (int i = 0; i < 3; ++i) {
    for (const auto& each : take_all(puller, 1000)) puller.ack(each);
    CHECK(queue.there.wished.back() == 4);
  }
}

TEST_CASE("jobs that were not given on go back, and nobody counts them") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 4;
  const auto given = puller.next(4).job->receipt;
  CHECK(puller.kept() == 3);
  puller.give_back_kept("drained");
  CHECK(puller.kept() == 0);
  CHECK(puller.untold().nacked == 0);
  CHECK_FALSE(puller.flush());
  CHECK(queue.there.told == told{"nack 3 drained", "nack 2 drained", "nack 1 drained"});
  puller.ack(given);
  puller.finish();
  CHECK(queue.there.told.back() == "ack 4");
}

TEST_CASE("jobs that were not given on go back at the end, with the verdicts") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 3;
  puller.ack(puller.next(3).job->receipt);
  puller.finish();
  CHECK(queue.there.exchanges == 2);
  CHECK(queue.there.told.size() == 3);
  CHECK(queue.there.told.front() == "ack 3");
}

TEST_CASE("leases of kept jobs are extended as well") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 3;
  puller.next(3);
  puller.extend();
  CHECK(queue.there.told == told{"extend 1 2 3"});
}

TEST_CASE("kept jobs are given on while the store is away") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 3;
  puller.ack(puller.next(3).job->receipt);
  queue.there.away = true;
  CHECK(puller.flush());
  CHECK(puller.next(3).job);
  CHECK(puller.next(3).job);
  CHECK(puller.next(3).again_in);
}

TEST_CASE("ten thousand refusals are told in a few exchanges") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 10'000;
  std::vector<ps::job_receipt> out;
  while (out.size() < 10'000) {
    for (auto& each : take_all(puller, 10'000)) out.push_back(std::move(each));
  }
  for (const auto& each : out) puller.nack(each, "a body did not return");
  const int before = queue.there.exchanges;
  SECTION("while the source goes on") { CHECK_FALSE(puller.flush()); }
  SECTION("at its end") { puller.finish(); }
  CHECK(queue.there.exchanges <= before + 40);
  CHECK(queue.there.told.size() == 10'000);
}

TEST_CASE(
    "one verdict that can't be told takes no others along, and all that are lost are named in one line") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 16;
  for (const auto& each : take_all(puller, 16)) puller.ack(each);
  queue.there.broken_job = "9";
  puller.finish();
  CHECK(queue.there.told.size() == 15);
  CHECK(puller.untold().acked == 1);
  CHECK_THAT(queue.log.str(), Contains("the verdict on job 9 is lost, and the job comes again"));
  queue.there.broken_job.clear();

  pulled_queue broken;
  auto all_lost = broken.make();
  broken.there.jobs = 16;
  for (const auto& each : take_all(all_lost, 16)) all_lost.nack(each, "failed");
  broken.there.broken = true;
  all_lost.finish();
  CHECK(all_lost.untold().nacked == 16);
  CHECK(count_of(broken.log.str(), "\n") == 1);
  CHECK_THAT(broken.log.str(),
             Contains("the verdicts on jobs 16, 15, 14, 13, 12, 11, 10, 9, 8, 7 and 6 more are lost"));
}

TEST_CASE("verdicts that came too late are one line for each group") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 16;
  for (const auto& each : take_all(puller, 16)) puller.ack(each);
  queue.there.ours = false;
  puller.flush();
  CHECK(count_of(queue.log.str(), "\n") == 1);
  CHECK_THAT(queue.log.str(), Contains("the verdicts on 16 jobs came too late"));
}

TEST_CASE("a group that may have arrived is told again, and what was taken with it is not missed") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 6;
  for (const auto& each : take_all(puller, 3)) puller.ack(each);
  queue.there.away = true;
  const auto wait = puller.next(3).again_in;
  REQUIRE(wait);
  CHECK(puller.untold().acked == 3);
  queue.there.away = false;
  queue.now += *wait;
  CHECK(puller.next(3).job);
  CHECK(puller.untold().acked == 0);
  CHECK(queue.there.told.size() == 3);
}

TEST_CASE("what was noticed of items that could be read is said once") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 3;
  ps::read_notes notes;
  for (int i = 0; i < 3; ++i) {
    notes.ignored_members = {"colour", "size.unit"};
    notes.without_schema = true;
    puller.noticed(*puller.next(1).job, notes);
  }
  CHECK(count_of(queue.log.str(), "'colour'") == 1);
  CHECK(count_of(queue.log.str(), "'size.unit'") == 1);
  CHECK(count_of(queue.log.str(), "read on trust") == 1);
  CHECK(count_of(queue.log.str(), "\n") == 3);
}

TEST_CASE("a job that this program can't read goes back for others, and each kind of it is said once") {
  pulled_queue queue;
  queue.reader = "0123456789abcdef";
  queue.settings.until_empty = true;
  auto puller = queue.make();
  queue.there.jobs = 3;
  ps::item_schema old{"fedcba9876543210", "{}"};
  for (int i = 0; i < 3; ++i) {
    auto job = *puller.next(1).job;
    if (i > 0) job.item.schema = std::make_shared<ps::item_schema>(old);
    puller.unreadable(job, "member 'ms' is absent");
  }
  queue.there.unreadable = 3;
  const auto last = puller.next(1);
  CHECK(last.ended);
  CHECK(last.unreadable == 3);
  CHECK(queue.there.told == told{"unreadable 3 member 'ms' is absent", "unreadable 2 member 'ms' is absent",
                                 "unreadable 1 member 'ms' is absent"});
  CHECK(queue.there.readers.back() == "0123456789abcdef");
  CHECK(count_of(queue.log.str(), "can't read job") == 2);
  CHECK(puller.untold().nacked == 0);
}
