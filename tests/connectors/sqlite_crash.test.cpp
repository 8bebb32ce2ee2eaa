#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <string>

#include "queue_support.hpp"
#include "started_program.hpp"

using namespace penstock_test;

TEST_CASE("a program that is killed while it makes a queue leaves none or a whole one") {
  for (int round = 0; round < 20; ++round) {
    const scratch_folder folder;
    const auto file = (folder / "jobs.sqlite").string();
    {
      started_program first{{PENSTOCK_QUEUE_WORKER, file, folder.path().string(), "150"}};
      // Its first byte comes when the queue is made; odd rounds kill it before.
      if (round % 2 == 0) first.read_output(1);
      first.kill_now();
    }
    ps::sqlite_job_store store{file};
    CHECK(store.put(text_item("job")) == 1);
  }
}
