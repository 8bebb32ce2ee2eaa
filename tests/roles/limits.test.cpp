// Time limits of isolated bodies that are a function of the item.
#include "program.hpp"

using role_test::program;
using role_test::scratch_folder;

TEST_CASE("a limit that throws fails its item alone, and its process goes on", "[roles]") {
  program run{{"limit-throws", "skip"}};
  CHECK(run.code() == 0);
  INFO(run.out() << run.err());
  CHECK(run.printed(" letters 0 skipped 10 restarts 0\n"));
  CHECK(run.printed("in order 100 calls 90 asked 100\n"));
}

TEST_CASE("without a rule for it a limit that throws fails the run with what it threw", "[roles]") {
  program run{{"limit-throws", "fail"}};
  CHECK(run.code() == 1);
  INFO(run.out() << run.err());
  CHECK(run.printed("restarts 0\n"));
  CHECK(run.printed("failure work: std::out_of_range: no limit for 1\n"));
  CHECK(run.told("graph 'limit throws' failed: work: std::out_of_range: no limit for 1\n"));
}

TEST_CASE("a limit that throws behind the item at which the body stops its stage fails nothing", "[roles]") {
  program run{{"limit-throws-behind-stop"}};
  CHECK(run.code() == 0);
  INFO(run.out() << run.err());
  CHECK(run.printed("seen 10\n"));
}

TEST_CASE("items that are given back keep their order where limits throw between them", "[roles]") {
  program run{{"limit-throws-without-room"}};
  CHECK(run.code() == 0);
  INFO(run.out() << run.err());
  CHECK(run.printed(" skipped 10 restarts 0\n"));
  CHECK(run.printed("seen 270 in order\n"));
}

TEST_CASE("the time in which a limit is found out is not the body's", "[roles]") {
  program run{{"slow-limit"}};
  CHECK(run.code() == 0);
  INFO(run.out() << run.err());
  CHECK(run.printed("in 100 out 0 letters 0 skipped 0 restarts 0\n"));
}

TEST_CASE("a process that is stopped when it has got no item yet is replaced", "[roles]") {
  const scratch_folder folder;
  program run{{"stopped-before-over", folder.file("trace"), "throws"}};
  CHECK(run.code() == 0);
  INFO(run.out() << run.err());
  CHECK(run.printed("in 10 out 0 letters 0 skipped 10 restarts 1\n"));
  CHECK(run.told("a signal stopped it"));
}
