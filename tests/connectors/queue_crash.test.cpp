// Several processes work on one queue and are killed at any point.

#include <penstock/connectors/job_ledger.hpp>

#include <penstock_test/catch.hpp>

#include <deque>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include <penstock/connectors/redis_job_store.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

#include "queue_support.hpp"
#include "redis_server.hpp"
#include "started_program.hpp"

using namespace penstock_test;

namespace {

class queue_in_file {
 public:
  std::string name() const { return (folder_ / "jobs.sqlite").string(); }
  std::unique_ptr<ps::job_ledger> open() const { return std::make_unique<ps::sqlite_job_store>(name()); }

 private:
  scratch_folder folder_;
};

class queue_on_server {
 public:
  std::string name() const { return server_.url_text("#jobs"); }
  std::unique_ptr<ps::job_ledger> open() const {
    return std::make_unique<ps::redis_job_store>(server_.url(), "jobs");
  }

 private:
  redis_server server_;
};

}  // namespace

TEMPLATE_TEST_CASE("whenever processes are killed, every job is worked on, and none is gone without its work",
                   "", queue_in_file, queue_on_server) {
  constexpr int jobs = 150;
  constexpr int processes = 3;
  const auto seed = GENERATE(1U, 2U, 3U);
  INFO("seed " << seed);
  std::minstd_rand random{seed};
  const TestType queue;
  const scratch_folder folder;
  const auto done = folder / "done";
  std::filesystem::create_directory(done);
  for (int i = 0; i < jobs; ++i) queue.open()->put(text_item(std::to_string(i)));
  const auto start = [&] {
    return started_program{{PENSTOCK_QUEUE_WORKER, queue.name(), done.string(), "150"}};
  };

  std::deque<started_program> workers;
  for (int i = 0; i < processes; ++i) workers.push_back(start());
  const auto watcher = queue.open();
  int killed = 0;
  for (; killed < 60 && watcher->count().queued > 0; ++killed) {
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
  const auto left = watcher->count();
  CHECK(left.done == jobs);
  CHECK(left.queued + left.leased + left.dead == 0);
  int worked_on = 0;
  for (const auto& each : std::filesystem::directory_iterator{done}) {
    worked_on += std::filesystem::file_size(each) > 0 ? 1 : 0;
  }
  CHECK(worked_on == jobs);
}
