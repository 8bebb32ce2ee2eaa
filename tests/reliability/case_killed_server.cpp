// The server of a job queue is killed at random moments and started again, under programs that go on.
#include <csignal>
#include <filesystem>
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

constexpr int most_kills = 20;

child started_server(const std::string& socket, const std::string& folder) {
  child server = child::start(penstock_test::redis_command(socket, folder));
  if (!server.await("eady to accept connections", 30))
    throw std::runtime_error{"no Redis server: " + server.output()};
  return server;
}

/// Two programs work on the queue all the time; the server has some milliseconds between two kills, and what
/// follows is the time of its start.
job_figures one_run(unsigned seed, std::ostream& explain, std::mutex& mutex) {
  std::minstd_rand dice{seed * 7919 + 1};
  const penstock_test::scratch_folder folder;
  const auto done = folder / "done";
  std::filesystem::create_directory(done);
  const std::string socket = folder / "redis.sock";
  const std::string queue = "redis:unix://" + socket + "#jobs";
  const std::string data = folder.path().string();

  job_figures found;
  const auto longest = 1U << (6 + dice() % 3);
  const auto moment = [&] { return static_cast<double>(1 + dice() % longest) / 1000; };
  std::vector<child> programs;
  {
    child server = started_server(socket, data);
    put_jobs(*open_ledger(queue));
    for (unsigned i = 0; i < 2; ++i) programs.push_back(child::of_ours(queue_worker(seed + i, queue, done)));
    programs.front().let_run(moment());
  }
  for (bool over = false; !over && ++found.kills < most_kills;) {
    child server = started_server(socket, data);
    found.look_for_early(*open_ledger(queue), done);
    child& awaited = programs.front().is_over() ? programs.back() : programs.front();
    awaited.let_run(moment());
    over = programs.front().is_over() && programs.back().is_over();
    if (!over && open_ledger(queue)->count().leased > 0) ++found.hits;
  }
  child server = started_server(socket, data);
  std::string said;
  for (child& each : programs) {
    if (each.end(60) != 0) ++found.crashes;
    said += each.output();
  }
  found.count_effects(*open_ledger(queue), done);
  if (found.good()) return found;
  const std::lock_guard lock{mutex};
  explain << "  killed server, seed " << seed << ": " << found.early << " acked early, " << found.without
          << " never done, " << found.left << " left, " << found.crashes << " bad ends; " << said << '\n';
  return found;
}

}  // namespace

reliability_case killed_server_case() {
  return {"killed_server", [](const settings& wanted, std::ostream& explain) {
            const unsigned runs = wanted.short_form ? 2 : 50;
            job_figures all;
            std::mutex mutex;
            two_at_a_time(runs, [&](unsigned i) {
              const job_figures one = one_run(i, explain, mutex);
              const std::lock_guard lock{mutex};
              all.add(one);
            });
            return std::vector<finding>{exactly("acked without their upload", all.early, 0, "jobs"),
                                        exactly("never uploaded", all.without, 0, "jobs"),
                                        exactly("still queued in the end", all.left, 0, "jobs"),
                                        exactly("ended with another code than 0", all.crashes, 0, "programs"),
                                        at_least("killed while a job was out", all.hits, 2 * runs, "times"),
                                        shown("uploaded more than once", all.duplicates, "uploads")};
          }};
}

}  // namespace reliability
