#include "queue_jobs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <stdexcept>
#include <vector>

#include <penstock/connectors/redis_queue.hpp>
#include <penstock/connectors/sqlite_queue.hpp>
#include <penstock/penstock.hpp>

#include "harness.hpp"
#include "isolated_jobs.hpp"

namespace reliability {

namespace ps = penstock;
using namespace std::chrono_literals;

namespace {

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

}  // namespace

std::unique_ptr<ps::job_ledger> open_ledger(const std::string& queue) {
  const auto name = queue.substr(queue.find(':') + 1);
  if (queue.starts_with("sqlite:")) return std::make_unique<ps::sqlite_job_store>(name);
  const auto hash = name.find('#');
  return std::make_unique<ps::redis_job_store>(ps::redis_url::parse(name.substr(0, hash)),
                                               name.substr(hash + 1));
}

void put_jobs(ps::job_ledger& ledger, std::uint32_t count) {
  std::vector<ps::stored_item> jobs;
  for (std::uint32_t job = 0; job < count; ++job) jobs.push_back(ps::detail::stored(job));
  ledger.put_all(jobs);
}

void job_figures::look_for_early(const ps::job_ledger& ledger, const std::filesystem::path& folder) {
  const auto still = left_in(ledger);
  for (std::uint32_t job = 0; job < jobs; ++job) {
    if (!still.contains(job) && uploads(folder, job) == 0) ++early;
  }
}

void job_figures::count_effects(const ps::job_ledger& ledger, const std::filesystem::path& folder) {
  left += static_cast<double>(left_in(ledger).size());
  for (std::uint32_t job = 0; job < jobs; ++job) {
    const auto times = uploads(folder, job);
    if (times == 0) ++without;
    if (times > 1) duplicates += static_cast<double>(times - 1);
  }
}

void job_figures::add(const job_figures& other) {
  kills += other.kills;
  hits += other.hits;
  early += other.early;
  without += other.without;
  left += other.left;
  duplicates += other.duplicates;
  crashes += other.crashes;
}

std::vector<std::string> queue_worker(unsigned seed, const std::string& queue,
                                      const std::filesystem::path& folder, std::chrono::milliseconds lease) {
  return {"queue-worker", std::to_string(seed), queue, folder.string(), std::to_string(lease.count())};
}

/// `SEED QUEUE FOLDER LEASE_MS`: works on the jobs of a queue until there are none.
int queue_worker_child(const std::vector<std::string>& words) {
  const auto seed = static_cast<std::uint32_t>(std::stoul(words.at(0)));
  const std::filesystem::path folder = words.at(2);
  const auto lease = ps::lease(std::chrono::milliseconds{std::stoul(words.at(3))});
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
    const auto done = worked(g.source("jobs", queue));
    if (seed % 2 == 0) {
      done.sink("upload", [folder](std::uint32_t job) { upload(folder, job); });
    } else {
      done.chunk("rows", 5, 3ms).sink("upload", [folder](const std::vector<std::uint32_t>& jobs) {
        for (const auto job : jobs) upload(folder, job);
      });
    }
  };
  const std::string& queue = words.at(1);
  const auto name = queue.substr(queue.find(':') + 1);
  if (queue.starts_with("sqlite:")) {
    build(ps::sqlite_queue<std::uint32_t>{name, lease, ps::max_deliveries(1000), ps::until_empty});
  } else {
    const auto hash = name.find('#');
    build(ps::redis_queue<std::uint32_t>{name.substr(0, hash), name.substr(hash + 1), lease,
                                         ps::max_deliveries(1000), ps::until_empty});
  }
  ps::runtime_options options;
  options.log_level = "error";
  ps::runtime rt{options};
  return rt.run(g);
}

}  // namespace reliability
