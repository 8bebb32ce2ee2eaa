#pragma once

#include <memory>
#include <string>

#include <penstock/connectors/redis_job_store.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

#include "queue_support.hpp"
#include "redis_server.hpp"

namespace penstock_test {

/// The JSON of the job that a store gives, or "none".
template <class Store>
std::string taken(Store& store, const ps::delivery_rules& rules) {
  const auto answer = store.take(rules);
  return answer.job ? answer.job->item.json : "none";
}

/// A queue in a file, as several processes see it, whose clock goes on when it is told to.
struct shared_file {
  using store = ps::sqlite_job_store;

  scratch_folder folder;
  std::shared_ptr<hand_clock> clock = std::make_shared<hand_clock>();
  ps::delivery_rules rules{10s, 5};

  std::unique_ptr<store> open(const std::string& owner) {
    return std::make_unique<store>(folder / "jobs.sqlite", true, owner, clock);
  }
  void advance(std::chrono::nanoseconds by) { clock->advance(by); }
  /// All leases that are out end, as their processes are gone.
  void lose_all() { advance(rules.lease); }
};

/// The same on a server.
struct shared_server {
  using store = ps::redis_job_store;

  redis_server server;
  std::int64_t now_us = 1'000'000'000'000'000;
  ps::delivery_rules rules{10s, 5};

  /// One that has watched the server's clock for an hour, so that it believes it.
  std::unique_ptr<store> open(const std::string& owner) {
    advance(-1h);
    auto opened = open_now(owner);
    advance(1h);
    return opened;
  }
  std::unique_ptr<store> open_now(const std::string& owner) {
    return std::make_unique<store>(server.url(), "jobs", owner, [this] { return now_us; });
  }
  void advance(std::chrono::nanoseconds by) { now_us += by.count() / 1000; }
  void lose_all() { advance(rules.lease); }
};

}  // namespace penstock_test
