// Works on the jobs of a queue until none is left: writes a file per job, then acknowledges it. Says
// on standard output, with a byte each, when a step is done, so that whoever watches can end it in the middle
// of anything. usage: queue_worker QUEUE FOLDER LEASE_MS    QUEUE: a SQLite file, or redis://...#NAME

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <unistd.h>

#include <penstock/connectors/redis_job_store.hpp>
#include <penstock/connectors/sqlite_job_store.hpp>

namespace ps = penstock;

namespace {

void step(char name) { [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, &name, 1); }

std::unique_ptr<ps::job_store> open(const std::string& queue) {
  if (!ps::redis_url::is_one(queue)) return std::make_unique<ps::sqlite_job_store>(queue);
  const auto url = ps::redis_url::parse(queue);
  return std::make_unique<ps::redis_job_store>(url, url.queue);
}

void work(const std::string& queue, const std::string& folder, std::chrono::milliseconds lease) {
  std::mutex mutex;
  std::condition_variable changed;
  bool woken = false;
  const auto store = open(queue);
  store->on_change([&] {
    const std::lock_guard lock{mutex};
    woken = true;
    changed.notify_all();
  });
  ps::delivery_rules rules;
  rules.lease = lease;
  rules.max_deliveries = 1000;
  for (;;) {
    step('.');
    const auto next = store->take(rules);
    step('t');
    if (next.job) {
      const auto& receipt = next.job->receipt;
      std::ofstream{folder + "/" + receipt.job, std::ios::app} << ::getpid() << '\n' << std::flush;
      step('u');
      store->ack(receipt);
      step('a');
    } else if (next.empty) {
      return;
    } else {
      std::unique_lock lock{mutex};
      const auto ready = [&] { return std::exchange(woken, false); };
      if (next.again_in) {
        changed.wait_for(lock, *next.again_in, ready);
      } else {
        changed.wait(lock, ready);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  ::alarm(100);
  try {
    work(argv[1], argv[2], std::chrono::milliseconds{std::atoi(argv[3])});
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
  }
  return 0;
}
