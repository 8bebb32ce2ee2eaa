// A program that works on a job queue is killed at random moments and started again until all is done.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock/connectors/redis_queue.hpp>
#include <penstock/connectors/sqlite_queue.hpp>
#include <penstock/messages/codec.hpp>
#include <penstock/penstock.hpp>
#include <penstock_test/redis_command.hpp>
#include <penstock_test/scratch_folder.hpp>

#include "child.hpp"
#include "harness.hpp"
#include "isolated_jobs.hpp"

namespace reliability {

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t jobs_in_all = 60;
constexpr int most_starts = 200;

/// The effect of a job, as safe as a file that a killed process has written: a byte for each time.
void upload(const std::filesystem::path& folder, std::uint32_t job) {
  const auto file = folder / std::to_string(job);
  const int handle = ::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
  if (handle < 0 || ::write(handle, "x", 1) != 1) throw std::runtime_error{"can't write " + file.string()};
  ::close(handle);
}

std::uintmax_t uploads(const std::filesystem::path& folder, std::uint32_t job) {
  std::error_code none;
  const auto size = std::filesystem::file_size(folder / std::to_string(job), none);
  return none ? 0 : size;
}

/// The jobs that are still in the queue.
std::set<std::uint32_t> left_in(const ps::job_ledger& ledger) {
  std::set<std::uint32_t> left;
  for (const auto& each : ledger.list()) left.insert(static_cast<std::uint32_t>(std::stoul(each.json)));
  return left;
}

struct kill_figures {
  double kills = 0;
  double early = 0;       ///< gone from the queue without their effect
  double without = 0;     ///< never done
  double duplicates = 0;  ///< effects after the first
  double unfinished = 0;  ///< runs
  double crashes = 0;     ///< ends that were neither good nor ours
};

/// Jobs that are gone although nobody has done them.
double acked_early(const ps::job_ledger& ledger, const std::filesystem::path& folder) {
  const auto left = left_in(ledger);
  double early = 0;
  for (std::uint32_t job = 0; job < jobs_in_all; ++job) {
    if (!left.contains(job) && uploads(folder, job) == 0) ++early;
  }
  return early;
}

/// Opens a queue, as `sqlite:FILE` or `redis:URL#NAME`.
std::unique_ptr<ps::job_ledger> open_ledger(const std::string& queue) {
  const auto name = queue.substr(queue.find(':') + 1);
  if (queue.starts_with("sqlite:")) return std::make_unique<ps::sqlite_job_store>(name);
  const auto hash = name.find('#');
  return std::make_unique<ps::redis_job_store>(ps::redis_url::parse(name.substr(0, hash)),
                                               name.substr(hash + 1));
}

kill_figures one_run(const std::string& queue, unsigned seed, std::ostream& explain, std::mutex& mutex) {
  std::minstd_rand dice{seed * 7919 + 1};
  const penstock_test::scratch_folder folder;
  const auto done = folder / "done";
  std::filesystem::create_directory(done);
  const auto ledger = open_ledger(queue);
  std::vector<ps::stored_item> jobs;
  for (std::uint32_t job = 0; job < jobs_in_all; ++job) jobs.push_back(ps::detail::stored(job));
  ledger->put_all(jobs);

  kill_figures found;
  const auto longest = 1U << (3 + dice() % 6);
  bool ended = false;
  std::string last;
  for (int start = 0; start < most_starts && !ended; ++start) {
    child program = child::of_ours({"queue-worker", std::to_string(seed), queue, done.string()});
    // Some are left alone for long enough.
    program.let_run(static_cast<double>(1 + dice() % longest + (start % 10 == 9 ? 30'000 : 0)) / 1000);
    if (program.is_over()) {
      const auto code = program.end(30);
      ended = code == 0;
      if (!ended) ++found.crashes;
      last += program.output();
    } else {
      program.send(SIGKILL);
      program.end(30);
      ++found.kills;
    }
    found.early += acked_early(*ledger, done);
  }
  for (std::uint32_t job = 0; job < jobs_in_all; ++job) {
    const auto times = uploads(done, job);
    if (times == 0) ++found.without;
    if (times > 1) found.duplicates += static_cast<double>(times - 1);
  }
  if (!ended) ++found.unfinished;
  if (ended && found.early + found.without + found.crashes == 0) return found;
  const std::lock_guard lock{mutex};
  explain << "  killed program, " << queue << ", seed " << seed << ": " << found.early << " acked early, "
          << found.without << " never done; " << last << '\n';
  return found;
}

}  // namespace

/// `SEED QUEUE FOLDER`: works on the jobs of a queue until there are none.
int queue_worker_child(const std::vector<std::string>& words) {
  const auto seed = static_cast<std::uint32_t>(std::stoul(words.at(0)));
  const std::filesystem::path folder = words.at(2);
  const auto work = [](const std::uint32_t& job) {
    // Up to eight milliseconds.
    static_cast<void>(compute_for((job + 1) * 2'654'435'761U % 8'000, job));
    return job;
  };
  ps::graph g{"queue worker"};
  const auto worked = [&](auto jobs) {
    if (seed % 3 == 0) return jobs.stage("work", work, ps::workers(2), ps::isolated);
    if (seed % 3 == 1) return jobs.stage("work", work, ps::workers(2), ps::blocking, ps::ordered);
    return jobs.stage("work", work, ps::workers(2), ps::per_core);
  };
  const auto build = [&](auto queue) {
    worked(g.source("jobs", queue)).sink("upload", [folder](std::uint32_t job) { upload(folder, job); });
  };
  const std::string& queue = words.at(1);
  const auto name = queue.substr(queue.find(':') + 1);
  if (queue.starts_with("sqlite:")) {
    build(ps::sqlite_queue<std::uint32_t>{name, ps::lease(100ms), ps::max_deliveries(1000), ps::until_empty});
  } else {
    const auto hash = name.find('#');
    build(ps::redis_queue<std::uint32_t>{name.substr(0, hash), name.substr(hash + 1), ps::lease(100ms),
                                         ps::max_deliveries(1000), ps::until_empty});
  }
  ps::runtime_options options;
  options.log_level = "quiet";
  ps::runtime rt{options};
  return rt.run(g);
}

namespace {

/// `queue_of` says where the queue of a run is.
std::vector<finding> kill_programs(const settings& wanted, std::ostream& explain,
                                   const std::function<std::string(unsigned)>& queue_of) {
  const unsigned runs = wanted.short_form ? 4 : 100;
  kill_figures all;
  std::mutex mutex;
  two_at_a_time(runs, [&](unsigned i) {
    const kill_figures one = one_run(queue_of(i), i, explain, mutex);
    const std::lock_guard lock{mutex};
    all.kills += one.kills;
    all.early += one.early;
    all.without += one.without;
    all.duplicates += one.duplicates;
    all.unfinished += one.unfinished;
    all.crashes += one.crashes;
  });
  return {exactly("acked without their upload", all.early, 0, "jobs"),
          exactly("never uploaded", all.without, 0, "jobs"),
          exactly("not done in the end", all.unfinished, 0, "runs"),
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
