// Several processes work on one queue and are killed at any point.

#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <deque>
#include <filesystem>
#include <random>
#include <string>

#include "queue_support.hpp"
#include "started_program.hpp"

using namespace penstock_test;

TEST_CASE("whenever processes are killed, every job is worked on, and none is gone without its work") {
  constexpr int jobs = 150;
  constexpr int processes = 3;
  const auto seed = GENERATE(1U, 2U, 3U);
  INFO("seed " << seed);
  std::minstd_rand random{seed};
  const scratch_folder folder;
  const auto file = (folder / "jobs.sqlite").string();
  const auto done = folder / "done";
  std::filesystem::create_directory(done);
  {
    ps::sqlite_job_store store{file};
    for (int i = 0; i < jobs; ++i) store.put(text_item(std::to_string(i)));
  }
  const auto start = [&] { return started_program{{PENSTOCK_SQLITE_WORKER, file, done.string(), "150"}}; };

  std::deque<started_program> workers;
  for (int i = 0; i < processes; ++i) workers.push_back(start());
  const ps::sqlite_job_store watcher{file};
  int killed = 0;
  for (; killed < 60 && watcher.count().queued > 0; ++killed) {
    // At the next step after so many, or in the middle of what comes then.
    workers.front().read_output(std::uniform_int_distribution<std::size_t>{1, 8}(random));
    workers.front().kill_now();
    workers.pop_front();
    workers.push_back(start());
  }
  for (auto& each : workers) {
    each.all_output();
    CHECK(each.wait() == 0);
  }

  INFO(killed << " killed");
  const auto left = watcher.count();
  CHECK(left.done == jobs);
  CHECK(left.queued + left.leased + left.dead == 0);
  int worked_on = 0;
  for (const auto& each : std::filesystem::directory_iterator{done}) {
    worked_on += std::filesystem::file_size(each) > 0 ? 1 : 0;
  }
  CHECK(worked_on == jobs);
}

TEST_CASE("a program that is killed while it makes a queue leaves none or a whole one") {
  for (int round = 0; round < 20; ++round) {
    const scratch_folder folder;
    const auto file = (folder / "jobs.sqlite").string();
    {
      started_program first{{PENSTOCK_SQLITE_WORKER, file, folder.path().string(), "150"}};
      // Its first byte comes when the queue is made; odd rounds kill it before.
      if (round % 2 == 0) first.read_output(1);
      first.kill_now();
    }
    ps::sqlite_job_store store{file};
    CHECK(store.put(text_item("job")) == 1);
  }
}
