// A program that works on a job queue is killed at random moments and started again until all is done.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <mutex>
#include <ostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock_test/redis_command.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "queue_jobs.hpp"

namespace reliability {

namespace {

constexpr int most_starts = 200;

/// Of every second three runs two programs share the queue.
unsigned programs_in(unsigned seed) { return 1 + seed / 3 % 2; }

/// True: all jobs were done, and a program said so.
bool start_and_kill(double seconds, unsigned seed, const std::string& queue,
                    const std::filesystem::path& done, job_figures& found, std::string& said) {
  std::vector<child> programs;
  for (unsigned i = 0; i < programs_in(seed); ++i)
    programs.push_back(child::of_ours(queue_worker(seed + i, queue, done)));
  programs.front().let_run(seconds);
  bool ended = false;
  for (child& each : programs) {
    each.let_run(0);
    if (each.is_over()) {
      const bool good = each.end(30) == 0;
      ended = ended || good;
      if (!good) ++found.crashes;
      said += each.output();
    } else {
      each.send(SIGKILL);
      each.end(30);
      ++found.kills;
    }
  }
  return ended;
}

job_figures one_run(const std::string& queue, unsigned seed, std::ostream& explain, std::mutex& mutex) {
  std::minstd_rand dice{seed * 7919 + 1};
  const penstock_test::scratch_folder folder;
  const auto done = folder / "done";
  std::filesystem::create_directory(done);
  const auto ledger = open_ledger(queue);
  put_jobs(*ledger);

  job_figures found;
  const auto longest = 1U << (3 + dice() % 6);
  std::string said;
  bool ended = false;
  for (int start = 0; start < most_starts && !ended; ++start) {
    // Some are left alone for long enough.
    const auto milliseconds = 1 + dice() % longest + (start % 10 == 9 ? 30'000 : 0);
    ended = start_and_kill(static_cast<double>(milliseconds) / 1000, seed, queue, done, found, said);
    found.look_for_early(*ledger, done);
  }
  found.count_effects(*ledger, done);
  if (found.good()) return found;
  const std::lock_guard lock{mutex};
  explain << "  killed program, " << queue << ", seed " << seed << ": " << found.early << " acked early, "
          << found.without << " never done; " << said << '\n';
  return found;
}

/// `queue_of` says where the queue of a run is.
std::vector<finding> kill_programs(const settings& wanted, std::ostream& explain,
                                   const std::function<std::string(unsigned)>& queue_of) {
  const unsigned runs = wanted.short_form ? 4 : 100;
  job_figures all;
  std::mutex mutex;
  two_at_a_time(runs, [&](unsigned i) {
    const job_figures one = one_run(queue_of(i), i, explain, mutex);
    const std::lock_guard lock{mutex};
    all.add(one);
  });
  return {exactly("acked without their upload", all.early, 0, "jobs"),
          exactly("never uploaded", all.without, 0, "jobs"),
          exactly("still queued in the end", all.left, 0, "jobs"),
          exactly("ended by itself with another code than 0", all.crashes, 0, "programs"),
          at_least("killed", all.kills, runs, "times"),
          shown("uploaded more than once", all.duplicates, "uploads")};
}

}  // namespace

reliability_case killed_sqlite_case() {
  return {"killed_sqlite", [](const settings& wanted, std::ostream& explain) {
            const penstock_test::scratch_folder folder;
            return kill_programs(wanted, explain, [&](unsigned i) {
              return "sqlite:" + (folder / (std::to_string(i) + ".sqlite")).string();
            });
          }};
}

reliability_case killed_redis_case() {
  return {"killed_redis", [](const settings& wanted, std::ostream& explain) {
            const penstock_test::scratch_folder folder;
            const std::string socket = folder / "redis.sock";
            child server = child::start(penstock_test::redis_command(socket, folder.path().string()));
            if (!server.await("eady to accept connections", 30))
              throw std::runtime_error{"no Redis server: " + server.output()};
            return kill_programs(wanted, explain, [&](unsigned i) {
              return "redis:unix://" + socket + "#run" + std::to_string(i);
            });
          }};
}

}  // namespace reliability
