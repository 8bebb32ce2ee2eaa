#include "memory_child.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include <penstock/runtime/memory_bound.hpp>

#include "harness.hpp"
#include "pipelines.hpp"

namespace bench {

namespace {

namespace ps = penstock;
using namespace std::chrono_literals;

/// The most memory that this process ever had resident, in bytes.
double peak_rss() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  throw std::runtime_error("/proc/self/status shows no VmHWM");
}

/// The share of its capacity that the fullest stage had in custody when it was fullest.
double peak_share(const ps::run_snapshot& snapshot) {
  double share = 0;
  const auto consider = [&share](std::uint64_t peak, std::uint64_t capacity) {
    if (capacity > 0) share = std::max(share, static_cast<double>(peak) / static_cast<double>(capacity));
  };
  for (const ps::stage_snapshot& stage : snapshot.stages) {
    consider(stage.peak_custody, stage.capacity);
    consider(stage.peak_custody_bytes, stage.capacity_bytes);
  }
  return share;
}

memory_use read_use(std::FILE* child) {
  memory_use use;
  const int read = std::fscanf(child, "%lf %lf %lf", &use.peak_rss, &use.bound, &use.custody);
  const int status = pclose(child);
  require(read == 3 && status == 0, "a process of the memory case failed");
  return use;
}

}  // namespace

int memory_child(double seconds) {
  ps::graph graph{"memory"};
  constexpr auto heaviest = 1'100;  // a string's own 32 bytes, and what it allocates
  graph
      .source(
          "endless", [] { return std::optional<std::string>{std::string(1'000, 'x')}; },
          ps::max_item(heaviest))
      .stage(
          "pass", [](std::string item) { return item; }, ps::max_item(heaviest))
      .sink(
          "slow", [](const std::string&) { std::this_thread::sleep_for(1ms); }, ps::blocking);

  memory_use use;
  use.bound = static_cast<double>(ps::memory_bound(graph));
  require(use.bound > 0, "the memory case's graph has no bound");
  ps::runtime rt{pipelines::quiet_options()};
  ps::run run = rt.start(graph);
  const auto start = steady::now();
  while (seconds_since(start) < seconds) {
    std::this_thread::sleep_for(50ms);
    use.custody = std::max(use.custody, peak_share(run.snapshot()));
  }
  use.peak_rss = peak_rss();
  run.abort();
  try {
    run.wait();
  } catch (const ps::aborted_error&) {
    // as asked for
  }
  std::cout << std::fixed << use.peak_rss << ' ' << use.bound << ' ' << use.custody << std::endl;
  return 0;
}

std::vector<memory_use> run_memory_children(unsigned count, unsigned seconds) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = "'" + self + "' --child memory " + std::to_string(seconds);
  std::vector<std::FILE*> children;
  for (unsigned i = 0; i < count; ++i) {
    children.push_back(popen(command.c_str(), "r"));
    require(children.back() != nullptr, "can't start " + command);
  }
  std::vector<memory_use> uses;
  for (std::FILE* child : children) uses.push_back(read_use(child));
  return uses;
}

}  // namespace bench
