// A queue that has filled its own disk: what is in it can be worked on all the same.

#include <penstock/connectors/sqlite_job_store.hpp>

#include <penstock_test/catch.hpp>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock_test/child_process.hpp>

#include "queue_support.hpp"
#include "sqlite_store_before.hpp"

using namespace penstock_test;

namespace {

constexpr int no_right = 77;

/// True if this process has a small file system of its own at `folder` now.
bool mount_small_disk(const std::string& folder, const std::string& size) {
  const auto options = "size=" + size;
  return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

/// Puts until there is no room; how many that were.
int fill(ps::sqlite_job_store& store, std::size_t size) {
  ps::stored_item item{std::vector<std::byte>(size, std::byte{'x'}), "1", "bytes"};
  for (int jobs = 0;; ++jobs) {
    try {
      store.put(item);
    } catch (const ps::job_queue_error& problem) {
      if (problem.is_passing() && std::string{problem.what()}.find("disk is full") != std::string::npos)
        return jobs;
      throw;
    }
  }
}

/// What a worker does with each group: extends it, gives its first job back once in a while, is done with the
/// others. How many it was done with until there were none.
int work(const std::string& file, std::uint32_t most) {
  ps::sqlite_job_store store{file};
  const ps::take_order wanted{{}, most, "00000000000000aa"};
  std::vector<ps::job_verdict> verdicts;
  int done = 0;
  for (int round = 0;; ++round) {
    const auto got = store.exchange(verdicts, &wanted);
    if (!got.late.empty()) throw std::runtime_error{"a verdict was late"};
    if (got.jobs.empty()) return done;
    verdicts.clear();
    std::vector<ps::job_receipt> open;
    for (const auto& each : got.jobs) {
      const bool refused = round % 5 == 0 && &each == &got.jobs.front();
      verdicts.push_back({each.receipt, refused ? ps::job_fate::nacked : ps::job_fate::acked,
                          refused ? std::string(200, 'r') : ""});
      open.push_back(each.receipt);
      done += refused ? 0 : 1;
    }
    if (!store.extend(open, 60s).empty()) throw std::runtime_error{"a lease was lost"};
  }
}

int guarded(const std::function<int()>& run) {
  try {
    return run();
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 100;
  }
}

struct load {
  const char* disk;
  std::size_t size;
  std::uint32_t most;
  int workers;
};

int fill_and_work(const std::string& folder, const load& is) {
  if (!mount_small_disk(folder, is.disk)) return no_right;
  // What SQLite puts aside finds no room either.
  ::setenv("SQLITE_TMPDIR", folder.c_str(), 1);
  const auto file = folder + "/jobs.sqlite";
  // Stays open, or its end would make room.
  ps::sqlite_job_store putter{file};
  const int jobs = fill(putter, is.size);
  if (jobs < 3) {
    std::cerr << "only " << jobs << " jobs fit\n";
    return 2;
  }
  for (int i = 0; i < is.workers; ++i) {
    if (::fork() == 0) ::_exit(guarded([&] { return work(file, is.most) >= 0 ? 0 : 1; }));
  }
  int failed = 0;
  for (int i = 0; i < is.workers; ++i) {
    int status = 0;
    ::wait(&status);
    failed += status != 0 ? 1 : 0;
  }
  const auto left = ps::sqlite_job_store{file}.count();
  std::cerr << jobs << " jobs, " << left.done << " done, " << failed << " workers failed\n";
  return failed == 0 && left.done == jobs ? 0 : 3;
}

}  // namespace

namespace {

/// Fills the disk as programs did that kept room for verdicts alone, and works on it.
int work_on_older(const std::string& folder, const std::string& disk, std::size_t size, bool stays_open) {
  if (!mount_small_disk(folder, disk)) return no_right;
  ::setenv("SQLITE_TMPDIR", folder.c_str(), 1);
  const auto file = folder + "/jobs.sqlite";
  store_before::make(file);
  std::optional<store_before> older{std::in_place, file, "machine:1:1", std::make_shared<hand_clock>()};
  constexpr std::uintmax_t kept_free = 256 * 1024;
  int jobs = 0;
  for (; std::filesystem::space(folder).available >= kept_free + 2 * size; ++jobs)
    older->put(std::string(size, 'x'));
  if (!stays_open) older.reset();
  const int done = work(file, 64);
  std::cerr << done << " of " << jobs << " done\n";
  return done == jobs && jobs > 10 ? 0 : 3;
}

/// Takes all that is left.
void fill_up(const std::string& file) {
  std::ofstream rest{file, std::ios::binary};
  const std::string block(4096, 'x');
  while (rest.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
  }
}

/// The log of an older program has all of the disk that the file has not.
int work_on_older_without_room(const std::string& folder) {
  if (!mount_small_disk(folder, "6m")) return no_right;
  ::setenv("SQLITE_TMPDIR", folder.c_str(), 1);
  const auto file = folder + "/jobs.sqlite";
  store_before::make(file);
  store_before older{file, "machine:1:1", std::make_shared<hand_clock>()};
  older.put(std::string(400'000, 'x'));
  if (!older.ack(older.take(60s).value())) return 4;
  older.run("PRAGMA wal_checkpoint(RESTART)");
  older.run("PRAGMA wal_autocheckpoint = 0");
  constexpr int jobs = 400;
  for (int i = 0; i < jobs; ++i) older.put("job");
  fill_up(folder + "/rest");
  const int done = work(file, 64);
  std::cerr << done << " of " << jobs << " done\n";
  return done == jobs ? 0 : 3;
}

}  // namespace

TEST_CASE(
    "what an older program's queue lacks finds its place where the log has all that is left of the disk") {
  const scratch_folder folder;
  child_process child{
      [&](int) { return guarded([&] { return work_on_older_without_room(folder.path()); }); }};
  const int code = child.ended_with();
  if (code == no_right) {
    WARN("not run: needs the right to mount a file system");
    return;
  }
  INFO(child.messages());
  CHECK(code == 0);
}

TEST_CASE("a queue with which an older program filled its disk gets what is new, and is worked off") {
  const auto size = GENERATE(500, 20'000);
  const auto* const disk = GENERATE("2m", "9m");
  const bool stays_open = GENERATE(false, true);
  INFO(disk << " disk, jobs of " << size << " bytes" << (stays_open ? ", older program is there" : ""));
  const scratch_folder folder;
  child_process child{[&](int) {
    return guarded(
        [&] { return work_on_older(folder.path(), disk, static_cast<std::size_t>(size), stays_open); });
  }};
  const int code = child.ended_with();
  if (code == no_right) {
    WARN("not run: needs the right to mount a file system");
    return;
  }
  INFO(child.messages());
  CHECK(code == 0);
}

TEST_CASE("whoever fills the disk with jobs leaves the room to work on them") {
  const auto is = GENERATE(load{"1m", 10'000, 64, 1}, load{"1m", 500, 64, 3}, load{"4m", 100'000, 64, 1},
                           load{"9m", 500, 1, 3}, load{"9m", 12'000, 64, 1}, load{"9m", 12'000, 64, 3},
                           load{"9m", 200'000, 64, 3}, load{"9m", 500'000, 1, 1});
  INFO(is.disk << " disk, jobs of " << is.size << " bytes, " << is.workers << " workers that take up to "
               << is.most);
  const scratch_folder folder;
  child_process child{[&](int) { return guarded([&] { return fill_and_work(folder.path(), is); }); }};
  const int code = child.ended_with();
  if (code == no_right) {
    WARN("not run: needs the right to mount a file system");
    return;
  }
  INFO(child.messages());
  CHECK(code == 0);
}
