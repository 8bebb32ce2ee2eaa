#include <penstock/runtime/report.hpp>

#include <chrono>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include <penstock_test/catch.hpp>

namespace ps = penstock;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

ps::run_snapshot sample() {
  ps::run_snapshot run;
  run.graph = "inference-worker";
  run.state = "done";
  run.elapsed = 2500ms;

  ps::stage_snapshot pull;
  pull.name = "pull";
  pull.kind = "source";
  pull.workers = 1;
  pull.pool = "blocking";
  pull.out = 10'000;
  pull.out_rate = 4000;
  pull.busy = 0.1;
  pull.idle = 0.2;
  pull.blocked = 0.7;
  run.stages.push_back(pull);

  ps::stage_snapshot infer;
  infer.name = "infer";
  infer.kind = "stage";
  infer.workers = 4;
  infer.pool = "per_core";
  infer.in = 10'000;
  infer.out = 9'999;
  infer.in_rate = 4000;
  infer.busy = 0.3333;
  infer.idle = 0.3333;
  infer.blocked = 0.3334;
  infer.capacity = 4096;
  infer.peak_custody = 812;
  infer.queue_wait = {10'000, 340e3, 1e6, 1.25e6, 2e6};
  infer.service = {10'000, 500, 600, 700, 12e6};
  run.stages.push_back(infer);
  return run;
}

std::string table_of(const ps::run_snapshot& run) {
  std::ostringstream out;
  ps::write_report(out, run);
  return out.str();
}

}  // namespace

TEST_CASE("the report has a headline and an aligned row per stage") {
  // clang-format off
  CHECK(table_of(sample()) ==
        "inference-worker: done after 2.5s\n"
        "stage  kind    workers         in     out  items/s   busy   idle  blocked  wait p50  wait p99  service p50  service p99      peak\n"
        "pull   source  1 blocking       0  10,000       4k  10.0%  20.0%    70.0%         -         -            -            -         0\n"
        "infer  stage   4 per_core  10,000   9,999       4k  33.3%  33.4%    33.3%     340us    1.25ms        500ns        700ns  812/4096\n");
  // clang-format on
}

TEST_CASE("columns that count trouble are there only if some stage has some") {
  auto run = sample();
  for (const char* heading : {"retries", "failures", "skipped", "dead letters", "lost threads", "dropped"}) {
    CHECK_THAT(table_of(run), !Contains(heading));
  }
  run.stages[1].retries = 1234;
  run.stages[1].dead_letters = 1;
  const auto text = table_of(run);
  CHECK_THAT(text, Contains("retries  dead letters"));
  CHECK_THAT(text, Contains("  1,234             1\n"));
  CHECK_THAT(text, !Contains("failures"));
}

TEST_CASE("what failed the run stands below the table") {
  auto run = sample();
  run.state = "failed";
  run.failure = "stage infer: out of memory";
  CHECK_THAT(table_of(run), Contains("failed: stage infer: out of memory\n"));
}

TEST_CASE("verdicts of which an origin never heard have a column of their own") {
  auto run = sample();
  CHECK_THAT(table_of(run), !Contains("untold"));
  run.stages[0].untold = 1'234;
  CHECK_THAT(table_of(run), Contains("untold"));
  CHECK_THAT(table_of(run), Contains("1,234"));
}

TEST_CASE("a run without stages still has its headline") {
  CHECK_THAT(table_of(ps::run_snapshot{}), Contains("stage  kind  workers"));
}

TEST_CASE("the JSON report holds every figure under its own name") {
  auto run = sample();
  run.stages[1].in_one_call = std::chrono::seconds{3};
  run.stages[1].held = 7;
  run.stages[1].held_bytes = 28;
  run.stages[1].waits_for = "credit of \"upload\"";
  const auto report = nlohmann::json::parse(ps::report_json(run));
  CHECK(report.at("graph") == "inference-worker");
  CHECK(report.at("state") == "done");
  CHECK(report.at("elapsed") == 2'500'000'000);
  CHECK(report.at("failure") == "");
  REQUIRE(report.at("stages").size() == 2);
  const auto& infer = report.at("stages").at(1);
  CHECK(infer.at("name") == "infer");
  CHECK(infer.at("in") == 10'000);
  CHECK(infer.at("out") == 9'999);
  CHECK(infer.at("blocked") == 0.3334);
  CHECK(infer.at("peak_custody") == 812);
  CHECK(infer.at("queue_wait").at("p99") == 1.25e6);
  CHECK(infer.at("service").at("count") == 10'000);
  CHECK(infer.at("service").at("max") == 12e6);
  CHECK(infer.at("waits_for") == "credit of \"upload\"");
  CHECK(infer.at("in_one_call") == 3e9);
  CHECK(infer.at("untold") == 0);
  CHECK(infer.at("held") == 7);
  CHECK(infer.at("held_bytes") == 28);
  CHECK(infer.at("in_flight") == 0);
  CHECK(infer.size() == 36);
}

TEST_CASE("a name that is no UTF-8 does not spoil the JSON report") {
  auto run = sample();
  run.stages[0].name = "caf\xe9";
  const auto report = nlohmann::json::parse(ps::report_json(run));
  CHECK(report.at("stages").at(0).at("name") == "caf\xef\xbf\xbd");
}
