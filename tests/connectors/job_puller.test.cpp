#include <penstock/connectors/job_puller.hpp>

#include <penstock_test/catch.hpp>

#include <penstock/connectors/job_queue_error.hpp>

#include "pulled_queue.hpp"

using namespace penstock_test;
using Catch::Matchers::Contains;

TEST_CASE("verdicts are noted, and told in one go when the run asks for it") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 3;
  const auto first = puller.next().job->receipt;
  const auto second = puller.next().job->receipt;
  const auto third = puller.next().job->receipt;
  puller.ack(first);
  puller.nack(second, "drained");
  puller.unreadable({third, {}, 0}, "unreadable");
  CHECK(queue.there.told.empty());
  const int before = queue.there.exchanges;
  CHECK_FALSE(puller.flush());
  CHECK(queue.there.exchanges == before + 1);
  CHECK(queue.there.told == told{"ack 3", "nack 2 drained", "bury 1 unreadable"});
  CHECK_THAT(queue.log.str(), Contains("job 1 is dead: unreadable"));
}

TEST_CASE("an empty queue says when to ask again, and ends the stream where that was asked for") {
  pulled_queue queue;
  auto endless = queue.make();
  CHECK(endless.next().again_in == 7s);
  CHECK_FALSE(endless.next().ended);
  queue.settings.until_empty = true;
  auto ending = queue.make();
  CHECK(ending.next().ended);
}

TEST_CASE("while the store is away nobody asks it more often than the wait says, which grows") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.away = true;
  auto last = 0ns;
  for (int i = 0; i < 12; ++i) {
    const auto wait = puller.next().again_in;
    REQUIRE(wait);
    CHECK(*wait >= last);
    CHECK(*wait <= 10s);
    last = *wait;
    const auto tries = queue.there.opened;
    CHECK(puller.next().again_in == wait);
    CHECK(queue.there.opened == tries);
    queue.now += *wait;
  }
  CHECK(last == 7500ms);
}

TEST_CASE("that the store is away, and that it is back, is said once each") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.away = true;
  for (int i = 0; i < 5; ++i) queue.now += *puller.next().again_in;
  queue.there.away = false;
  puller.next();
  const auto said = queue.log.str();
  CHECK(said.find("no jobs are taken until that is over") ==
        said.rfind("no jobs are taken until that is over"));
  CHECK_THAT(said, Contains("goes on after 5 tries that failed"));
}

TEST_CASE("verdicts on which the store was away are told later, in order and before a job is taken") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 3;
  const auto first = puller.next().job->receipt;
  const auto second = puller.next().job->receipt;
  queue.there.away = true;
  puller.ack(first);
  puller.ack(second);
  CHECK(puller.untold().acked == 2);
  const auto wait = puller.flush();  // so that somebody tries again
  REQUIRE(wait);
  queue.there.away = false;
  queue.now += *wait;
  CHECK(puller.next().job);
  CHECK(queue.there.told == told{"ack 3", "ack 2"});
}

TEST_CASE("verdicts on which the store was away are told without asking for a job, when it is time") {
  pulled_queue queue;
  auto puller = queue.make();
  CHECK_FALSE(puller.flush());
  CHECK(queue.there.opened == 0);
  queue.there.jobs = 2;
  const auto job = puller.next().job->receipt;
  queue.there.away = true;
  puller.ack(job);
  const auto wait = puller.flush();
  REQUIRE(wait);
  queue.there.away = false;
  CHECK(puller.flush() == wait);  // nobody tries before
  CHECK(queue.there.told.empty());
  queue.now += *wait;
  CHECK_FALSE(puller.flush());
  CHECK(queue.there.told == told{"ack 2"});
  CHECK(queue.there.jobs == 1);
}

TEST_CASE("what is left of verdicts is told at the end, or named as lost") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 1;
  const auto job = puller.next().job->receipt;
  queue.there.away = true;
  puller.ack(job);
  puller.finish();
  CHECK_THAT(queue.log.str(), Contains("the verdicts on 1 jobs are lost, and the jobs come again"));
  queue.there.away = false;
  puller.finish();
  CHECK(queue.there.told == told{"ack 1"});
}

TEST_CASE("a verdict that came too late is said, unless an earlier try may have arrived") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 2;
  const auto first = puller.next().job->receipt;
  const auto second = puller.next().job->receipt;
  queue.there.ours = false;
  puller.ack(first);
  puller.flush();
  CHECK_THAT(queue.log.str(), Contains("job 2 was done too late"));
  queue.there.away = true;
  puller.ack(second);
  queue.now += puller.flush().value();
  queue.there.away = false;
  puller.next();
  CHECK_THAT(queue.log.str(), !Contains("job 1 was done too late"));
}

TEST_CASE("a problem that lasts is thrown") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 1;
  const auto job = puller.next().job->receipt;
  queue.there.broken = true;
  CHECK_THROWS_AS(puller.next(), ps::job_queue_error);
  puller.ack(job);
  CHECK_THROWS_AS(puller.flush(), ps::job_queue_error);
}

TEST_CASE("leases are extended in one call to the store") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 2;
  puller.next();
  puller.next();
  puller.extend();
  CHECK(queue.there.told == told{"extend 1 2"});
  queue.there.ours = false;
  puller.extend();
  CHECK_THAT(queue.log.str(), Contains("the lease of job 1 had ended before it could be extended"));
}

TEST_CASE(
    "of a job that came again while it was worked on, the last delivery is extended and all hear a verdict") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 1;
  const auto first = puller.next().job->receipt;
  queue.there.jobs = 1;
  queue.there.delivery = 2;
  const auto second = puller.next().job->receipt;
  puller.extend();
  puller.nack(first, "late");
  puller.ack(second);
  puller.flush();
  CHECK(queue.there.told == told{"extend 1", "nack 1 late", "ack 1"});
}

TEST_CASE("leases that can't be extended are said and cost nothing else") {
  pulled_queue queue;
  auto puller = queue.make();
  puller.extend();  // nothing is open yet
  CHECK(queue.there.told.empty());
  queue.there.jobs = 1;
  puller.next();
  queue.there.away = true;
  puller.extend();
  CHECK_THAT(queue.log.str(), Contains("the leases of 1 jobs could not be extended"));
}

TEST_CASE("a job stays ours until its verdict is told, however long that takes") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 1;
  const auto job = puller.next().job->receipt;
  queue.there.away = true;
  puller.ack(job);
  REQUIRE(puller.flush());
  queue.there.away = false;
  puller.extend();
  CHECK(queue.there.told == told{"extend 1"});
  queue.now += 1s;
  puller.next();
  puller.extend();
  CHECK(queue.there.told == told{"extend 1", "ack 1"});
}

TEST_CASE("a job whose verdict comes while its lease is extended was not lost") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 1;
  const auto job = puller.next().job->receipt;
  queue.there.while_extending = [&] {
    puller.ack(job);
    puller.flush();
  };
  puller.extend();
  CHECK(queue.log.str().empty());
}

TEST_CASE("a job whose verdict has arrived was not lost, though the answer is on its way") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 2;
  const auto job = puller.next(2).job->receipt;
  const auto other = puller.next().job->receipt;
  puller.ack(job);
  queue.there.once_told = [&] {
    queue.there.ours = false;
    puller.extend();
    queue.there.ours = true;
  };
  puller.flush();
  const auto text = queue.log.str();
  CHECK_THAT(text, Contains("the lease of job " + other.job + " had ended before it could be extended"));
  CHECK_THAT(text, !Contains("the lease of job " + job.job + " had ended"));
}

TEST_CASE(
    "more may come only after verdicts where a queue is left once it is empty, or a suspect has no company") {
  pulled_queue queue;
  queue.there.empty = false;
  auto puller = queue.make();
  CHECK_FALSE(puller.next().needs_verdicts);
  queue.there.held_up = true;
  CHECK(puller.next().needs_verdicts);
  queue.there.held_up = false;
  queue.settings.until_empty = true;
  auto ending = queue.make();
  CHECK(ending.next().needs_verdicts);
  queue.there.jobs = 1;
  CHECK_FALSE(ending.next().needs_verdicts);
}
