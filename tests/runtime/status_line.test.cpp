#include <penstock/runtime/status_line.hpp>

#include <penstock_test/catch.hpp>

namespace ps = penstock;

namespace {

ps::run_snapshot with_source_and_sink() {
  ps::run_snapshot run;
  run.state = "running";
  run.stages.resize(2);
  run.stages[0].kind = "source";
  run.stages[1].kind = "sink";
  run.stages[1].in = 1'500;
  return run;
}

}  // namespace

TEST_CASE("a run's status counts what its sinks are done with") {
  auto run = with_source_and_sink();
  run.stages[1].queued = 260;
  run.stages[1].in_work = 6;
  CHECK(ps::status_line(run) == "running, 1,234 done");
}

TEST_CASE("where a source acknowledges, a run's status counts its jobs") {
  auto run = with_source_and_sink();
  run.state = "draining";
  run.stages[0].acked = 7;
  run.stages[0].nacked = 2;
  CHECK(ps::status_line(run) == "draining, 7 done, 2 refused");
}

TEST_CASE("a run's status counts the dead letters of all stages") {
  auto run = with_source_and_sink();
  run.stages[0].dead_letters = 1;
  CHECK(ps::status_line(run) == "running, 1,500 done, 1 dead letter");
  run.stages[1].dead_letters = 2;
  CHECK(ps::status_line(run) == "running, 1,500 done, 3 dead letters");
}
