// A queue has filled its own disk: what is in it can be worked on all the same.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/sqlite_queue.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "own_disk.hpp"
#include "queue_jobs.hpp"

namespace reliability {

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr unsigned programs = 3;

/// Puts jobs of that size until one is refused; how many are in.
std::uint32_t fill(ps::job_ledger& queue, std::size_t bytes) {
  for (std::uint32_t job = 0;; ++job) {
    auto item = ps::detail::stored(job);
    item.json.append(bytes, ' ');
    try {
      queue.put(item);
    } catch (const ps::job_queue_error& problem) {
      if (!problem.is_passing()) throw;
      return job;
    }
  }
}

}  // namespace

/// `SEED FOLDER`: a queue on a small disk is filled, then worked off by three programs at a time.
int queue_disk_child(const std::vector<std::string>& words) {
  const auto seed = static_cast<std::uint32_t>(std::stoul(words.at(0)));
  const std::filesystem::path folder = words.at(1);
  std::minstd_rand dice{seed * 7919 + 1};
  const auto disk = folder / "disk";
  const auto done = folder / "done";
  std::filesystem::create_directory(disk);
  std::filesystem::create_directory(done);
  if (!mount_small_disk(disk, std::to_string(2 + dice() % 3) + "m")) return no_right;
  const std::string queue = "sqlite:" + (disk / "jobs.sqlite").string();
  job_figures found;
  found.jobs = fill(*open_ledger(queue), 1'000 << dice() % 6);
  std::vector<child> workers;
  for (unsigned i = 0; i < programs; ++i)
    workers.push_back(child::of_ours(queue_worker(seed + i, queue, done, 60s)));
  for (child& each : workers) {
    if (each.end(60) == 0) continue;
    ++found.crashes;
    std::cout << each.output();
  }
  found.count_effects(*open_ledger(queue), done);
  std::cout << "put=" << found.jobs << " without=" << found.without << " left=" << found.left
            << " twice=" << found.duplicates << " crashes=" << found.crashes << std::endl;
  return 0;
}

reliability_case queue_disk_case() {
  return {"queue_disk", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            double put = 0;
            job_figures all;
            for (unsigned i = 0; i < (wanted.short_form ? 2U : 20U); ++i) {
              const penstock_test::scratch_folder folder;
              child program = child::of_ours({"queue-disk", std::to_string(i), folder.path().string()});
              const auto code = program.end(200);
              if (code == no_right) {
                explain << "  queue_disk: no small disk can be mounted here, so it was not tried\n";
                return {shown("tried", 0, "runs")};
              }
              const std::string& told = program.output();
              job_figures one;
              one.without = value_of(told, "without");
              one.left = value_of(told, "left");
              one.duplicates = value_of(told, "twice");
              one.crashes = value_of(told, "crashes") + (code == 0 ? 0 : 1);
              put += value_of(told, "put");
              all.add(one);
              if (!one.good()) explain << "  queue_disk, seed " << i << ": " << told << '\n';
            }
            return {at_least("put until the disk was full", put, 1, "jobs"),
                    exactly("never done", all.without, 0, "jobs"),
                    exactly("still queued in the end", all.left, 0, "jobs"),
                    exactly("done more than once", all.duplicates, 0, "jobs"),
                    exactly("ended with another code than 0", all.crashes, 0, "programs")};
          }};
}

}  // namespace reliability
