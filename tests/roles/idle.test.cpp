// A worker's process that ends while it has nothing to do is seen at once.
#include "program.hpp"

using role_test::program;
using role_test::scratch_folder;

TEST_CASE("an idle worker that is killed is replaced within 100 ms, and the snapshot shows it", "[roles]") {
  const scratch_folder folder;
  program run{{"killed-idle", folder.file("pipe"), "enough"}};
  CHECK(run.code() == 0);
  INFO(run.out() << run.err());
  CHECK(run.printed("restarts 5 last error "));
  CHECK(run.printed("it ended with SIGKILL"));
  CHECK(run.printed("\nat once"));
}

TEST_CASE("idle workers that are killed too often fail the run", "[roles]") {
  const scratch_folder folder;
  program run{{"killed-idle", folder.file("pipe"), "more"}};
  CHECK(run.code() == 3);
  INFO(run.out());
  CHECK(run.printed("failed: graph 'idle', stage 'work': its workers crashed more than 5 times"));
}
