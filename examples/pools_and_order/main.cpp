// Pools and order: the same slow stage with one worker, with eight, and with eight that keep the order.
//
// Every third item waits longer, as a download would. An unordered pool hands on what is ready; an ordered
// one gives the results back in the order of the items, and still works on eight at a time.

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

namespace ps = penstock;
using namespace ps::literals;

namespace {

/// Stands in for a request to a slow server.
int download(int n) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock{mutex};
  never.wait_for(lock, n % 3 == 0 ? 30ms : 5ms, [] { return false; });
  return n;
}

template <class... Options>
bool show(ps::runtime& rt, const std::string& title, Options... options) {
  std::vector<int> addresses;
  for (int n = 0; n < 24; ++n) addresses.push_back(n);
  std::vector<int> arrived;

  ps::graph g{title};
  g.source("addresses", addresses)
      .stage("download", &download, ps::blocking, options...)
      .sink("collect", [&](int n) { arrived.push_back(n); });

  const auto began = std::chrono::steady_clock::now();
  if (rt.run(g) != 0) return false;
  const auto took = std::chrono::steady_clock::now() - began;

  std::cout << title << ", " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms:";
  for (const int n : arrived) std::cout << ' ' << n;
  std::cout << '\n';
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  ps::runtime rt{argc, argv};
  const bool all_well =
      show(rt, "one worker") &&                                         // in order, one by one
      show(rt, "eight workers", ps::workers(8), ps::unordered) &&       // as they come
      show(rt, "eight workers in order", ps::workers(8), ps::ordered);  // as they were asked for
  return all_well ? 0 : 1;
}
