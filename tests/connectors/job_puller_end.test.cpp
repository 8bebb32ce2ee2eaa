// What a puller owes its store at the end.

#include <penstock/connectors/job_puller.hpp>

#include <penstock_test/catch.hpp>

#include <penstock/connectors/job_queue_error.hpp>

#include "pulled_queue.hpp"

using namespace penstock_test;
using Catch::Matchers::Contains;

TEST_CASE("a verdict that can't be told is lost at the end, and those behind it are told") {
  pulled_queue queue;
  auto puller = queue.make();
  queue.there.jobs = 3;
  const auto first = puller.next().job->receipt;
  const auto second = puller.next().job->receipt;
  const auto third = puller.next().job->receipt;
  queue.there.broken_job = first.job;
  puller.ack(first);
  puller.ack(second);
  puller.nack(third, "failed");
  CHECK_THROWS_AS(puller.flush(), ps::job_queue_error);
  CHECK(queue.there.told.empty());
  puller.finish();
  CHECK(queue.there.told == told{"ack 2", "nack 1 failed"});
  CHECK(puller.untold().acked == 1);
  CHECK(puller.untold().nacked == 0);
  CHECK_THAT(queue.log.str(),
             Contains("its facts make no sense; the verdict on job 3 is lost, and the job comes again"));
}

TEST_CASE("what may have been taken without an answer goes back at the end") {
  pulled_queue queue;
  auto puller = queue.make();
  puller.next();
  queue.there.unsure = true;
  puller.finish();
  CHECK(queue.there.told == told{"give back"});
  puller.finish();
  CHECK(queue.there.told == told{"give back"});
}

TEST_CASE("what may have been taken without an answer is owed like a verdict") {
  pulled_queue queue;
  auto puller = queue.make();
  puller.next();
  queue.there.unsure = true;
  queue.there.away = true;
  puller.next();
  const auto wait = puller.flush();
  REQUIRE(wait);
  queue.there.away = false;
  CHECK(puller.flush() == wait);  // nobody tries before
  queue.now += *wait;
  CHECK_FALSE(puller.flush());
  CHECK(queue.there.told == told{"give back"});
}

TEST_CASE("that it could not be given back is said") {
  pulled_queue queue;
  auto puller = queue.make();
  puller.next();
  queue.there.unsure = true;
  queue.there.away = true;
  puller.finish();
  CHECK_THAT(queue.log.str(), Contains("a job that nobody has heard of may be out until its lease ends"));
}
