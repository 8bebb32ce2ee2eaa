// What a job costs in a queue where a million others lie, and in an empty one.
#include <memory>
#include <utility>

#include <penstock/connectors/redis_job_store.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

#include "harness.hpp"
#include "queue_places.hpp"

namespace bench {

namespace {

namespace ps = penstock;
using namespace std::chrono_literals;

constexpr std::uint64_t at_once = 10'000;
constexpr auto long_time = 24h;

void put_some(ps::job_ledger& queue, std::uint64_t jobs, std::chrono::nanoseconds delay) {
  const std::vector<ps::stored_item> items(at_once, {{}, "1", "int"});
  for (; jobs > at_once; jobs -= at_once) queue.put_all(items, delay);
  queue.put_all({items.begin(), items.begin() + static_cast<std::ptrdiff_t>(jobs)}, delay);
}

/// Takes that many and leaves them out, or dead.
template <class Store>
void take_some(Store& store, std::uint64_t jobs, bool bury) {
  while (jobs > 0) {
    const ps::take_order order{{long_time, 1'000}, static_cast<std::uint32_t>(std::min(jobs, at_once)), {}};
    std::vector<ps::job_verdict> dead;
    const auto result = static_cast<ps::job_store&>(store).exchange({}, &order);
    const auto& taken = result.jobs;
    // It may have to step over others first, and says so.
    require(!taken.empty() || result.again_in == 0ns, "a queue that is full gave nothing");
    for (const auto& each : taken) dead.push_back({each.receipt, ps::job_fate::buried, "it can't be read"});
    if (bury) static_cast<ps::job_store&>(store).exchange(dead, nullptr);
    jobs -= taken.size();
  }
}

/// A quarter of them each dead, leased to this one, delayed, and queued; in this order, the oldest first.
template <class Store>
void fill(Store& other, std::uint64_t jobs) {
  put_some(other, jobs / 2, {});
  take_some(other, jobs / 4, true);
  take_some(other, jobs / 4, false);
  put_some(other, jobs / 4, long_time);
  put_some(other, jobs / 4, {});
}

/// Microseconds for a take, an extension and an acknowledgement of one job after the other.
template <class Store>
double work_off(Store& store, std::uint64_t jobs) {
  put_some(store, jobs, {});
  const auto start = steady::now();
  for (std::uint64_t i = 0; i < jobs; ++i) {
    auto taken = store.take({long_time, 5});
    while (!taken.job && taken.again_in == 0ns) taken = store.take({long_time, 5});  // stepped over others
    require(taken.job.has_value(), "a queue that is full gave nothing");
    const auto& delivery = taken.job->receipt;
    require(store.extend({&delivery, 1}, long_time).empty() && store.ack(delivery), "a lease was lost");
  }
  return seconds_since(start) * 1e6 / static_cast<double>(jobs);
}

/// `open` takes the name of a queue and of an owner.
template <class Open>
figure scan(const settings& wanted, const std::string& metric, const Open& open) {
  const std::uint64_t there = wanted.quick ? 10'000 : 1'000'000;
  const std::uint64_t jobs = wanted.quick ? 100 : 1'000;
  const auto other = open("full", "other:2:2");  // its leases end with it
  fill(*other, there);
  const auto full = open("full", "one:1:1");
  const auto empty = open("empty", "one:1:1");
  const auto medians =
      alternate(wanted.runs, {[&] { return work_off(*full, jobs); }, [&] { return work_off(*empty, jobs); }});
  return {"queue_scans",
          metric,
          medians[0],
          "us",
          "the same in an empty queue",
          medians[1],
          {bar::rule::ratio_at_most, 1.2}};
}

std::vector<figure> queue_scans(const settings& wanted) {
  const disk_folder folder;
  const redis_server server;
  return {scan(wanted, "a job among a million, SQLite",
               [&](const char* name, const char* owner) {
                 return std::make_unique<ps::sqlite_job_store>(folder / name, true, owner);
               }),
          scan(wanted, "a job among a million, Redis", [&](const char* name, const char* owner) {
            return std::make_unique<ps::redis_job_store>(ps::redis_url::parse(server.url()), name, owner);
          })};
}

}  // namespace

std::vector<bench_case> scan_cases() { return {{"queue_scans", queue_scans}}; }

}  // namespace bench
