#include <algorithm>
#include <atomic>
#include <functional>
#include <queue>
#include <thread>

#include "harness.hpp"
#include "peers.hpp"

namespace bench::peers {

double shared_counter(unsigned threads, std::uint64_t items, const std::function<void(std::uint64_t)>& work) {
  std::atomic<std::uint64_t> next{0};
  const auto start = steady::now();
  std::vector<std::thread> crew;
  crew.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) {
    crew.emplace_back([&] {
      for (std::uint64_t mine = next++; mine < items; mine = next++) work(mine);
    });
  }
  for (std::thread& each : crew) each.join();
  return seconds_since(start);
}

double list_schedule(const std::vector<double>& durations, unsigned workers) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (unsigned i = 0; i < workers; ++i) free_at.push(0);
  double last = 0;
  for (const double duration : durations) {
    const double end = free_at.top() + duration;
    free_at.pop();
    free_at.push(end);
    last = std::max(last, end);
  }
  return last;
}

}  // namespace bench::peers
