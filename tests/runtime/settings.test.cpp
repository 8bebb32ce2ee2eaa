#include <penstock/runtime/settings.hpp>

#include <string>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock_test/catch.hpp>

namespace ps = penstock;
using Catch::Matchers::Contains;

namespace {

std::string refusal(const std::string& assignment) {
  ps::settings settings;
  try {
    settings.set(assignment);
  } catch (const ps::option_error& problem) {
    return problem.what();
  }
  return "taken";
}

const std::vector<ps::settings::known_stage> stages{
    {"pull", "source"}, {"fetch", "stage"}, {"store", "sink"}};

std::string refusal_of_graph(const std::string& assignment) {
  ps::settings settings;
  settings.set(assignment);
  try {
    settings.check("worker", stages);
  } catch (const ps::option_error& problem) {
    return problem.what();
  }
  return "taken";
}

}  // namespace

TEST_CASE("a setting is looked up by stage and option, in the type of the option") {
  ps::settings settings;
  CHECK(settings.empty());
  settings.set("fetch.workers=16");
  settings.set("fetch.bytes=256MiB");
  settings.set("fetch.pool=blocking");
  settings.set("store", "ordered", "false");
  CHECK_FALSE(settings.empty());
  CHECK(settings.number("fetch", "workers") == 16);
  CHECK(settings.number("fetch", "bytes") == 256 * 1024 * 1024);
  CHECK(settings.word("fetch", "pool") == "blocking");
  CHECK(settings.flag("store", "ordered") == false);
  CHECK_FALSE(settings.number("fetch", "capacity").has_value());
  CHECK_FALSE(settings.number("store", "workers").has_value());
}

TEST_CASE("the last word on an option counts") {
  ps::settings settings;
  settings.set("fetch.workers=16");
  settings.set("fetch.workers=2");
  CHECK(settings.number("fetch", "workers") == 2);
}

TEST_CASE("names of stages may hold dots and equals signs") {
  ps::settings settings;
  settings.set("eu.west.fetch.workers=3");
  settings.set("a=b.capacity=5");
  CHECK(settings.number("eu.west.fetch", "workers") == 3);
  CHECK(settings.number("a=b", "capacity") == 5);
}

TEST_CASE("a bad value is refused with stage, option, value and what was expected") {
  CHECK(refusal("fetch.workers=0") ==
        R"(stage "fetch": workers = "0": expected a whole number from 1 to 4096)");
  CHECK(refusal("fetch.pool=gpu") ==
        R"(stage "fetch": pool = "gpu": expected one of cooperative, blocking, per_core, isolated)");
  CHECK(refusal("fetch.capacity=") ==
        R"(stage "fetch": capacity = "": expected a whole number from 1 to 1000000000)");
}

TEST_CASE("an unknown option is refused with the names there are and the nearest one") {
  const auto text = refusal("fetch.wokers=2");
  CHECK_THAT(
      text,
      Contains(R"(stage "fetch": there is no option "wokers" (value "2"); stages have workers, capacity)"));
  CHECK_THAT(text, Contains(R"(did you mean "workers"?)"));
  CHECK_THAT(refusal("fetch.threads=2"), Contains(R"(there is no option "threads")"));
}

TEST_CASE("what is no assignment is refused with an example") {
  for (const char* text : {"", "workers=2", "fetch.workers", ".workers=2", "="}) {
    CAPTURE(text);
    CHECK_THAT(refusal(text), Contains("expected STAGE.OPTION=VALUE, such as fetch.workers=16"));
  }
}

TEST_CASE("a setting for a stage that the graph doesn't have is refused with the graph's stages") {
  const auto text = refusal_of_graph("fetsh.workers=2");
  CHECK_THAT(text, Contains(R"(graph "worker": workers is set for stage "fetsh")"));
  CHECK_THAT(text, Contains("pull, fetch, store"));
  CHECK_THAT(text, Contains(R"(did you mean "fetch"?)"));
}

TEST_CASE("a setting that the kind of stage can't take is refused with the kinds that can") {
  CHECK(refusal_of_graph("fetch.in_flight=2") ==
        R"(graph "worker", stage "fetch": a stage takes no in_flight; it is an option of: source)");
  CHECK(refusal_of_graph("pull.in_flight=2") == "taken");
  CHECK(refusal_of_graph("store.workers=2") == "taken");
}
