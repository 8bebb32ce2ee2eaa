#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>

#include "regressions.hpp"
#include "trial.hpp"

namespace {

using namespace penstock_simulation;

struct arguments {
  std::uint64_t first = 1;
  std::uint64_t seeds = 2000;
  bool single = false;
  bool verbose = false;
};

constexpr const char* usage =
    "usage: penstock_simulate [--seeds N] [--first K] [--seed N] [--verbose]\n"
    "Runs N random graphs under a simulated clock and scheduler and compares each with a model.\n";

bool read(int argc, char** argv, arguments& to) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--verbose") {
      to.verbose = true;
      continue;
    }
    if (i + 1 == argc) return false;
    char* end = nullptr;
    const std::uint64_t number = std::strtoull(argv[++i], &end, 10);
    if (*end != '\0') return false;
    if (word == "--seeds") {
      to.seeds = number;
    } else if (word == "--first") {
      to.first = number;
    } else if (word == "--seed") {
      to.first = number;
      to.seeds = 1;
      to.single = true;
    } else {
      return false;
    }
  }
  return true;
}

/// One seed of so many runs twice, and must do the same.
constexpr std::uint64_t sampled = 16;

class campaign {
 public:
  explicit campaign(bool verbose) : verbose_{verbose} {}

  void run(std::uint64_t seed) {
    trial_result result = attempt(seed);
    if (seed % sampled == 0 && result.violations.empty() && attempt(seed).trace != result.trace) {
      result.violations.push_back("the same seed did not do the same twice");
    }
    turns_ += result.turns;
    ++(result.violations.empty() ? passed_ : failed_);
    if (verbose_ || !result.violations.empty()) tell(seed, result);
  }

  /// The exit code.
  int conclude() const {
    std::cout << passed_ << " seeds passed, " << failed_ << " failed (" << turns_ << " turns)\n";
    return failed_ > 0 ? 1 : 0;
  }

 private:
  trial_result attempt(std::uint64_t seed) const {
    try {
      return try_seed(seed, verbose_);
    } catch (const std::exception& e) {
      trial_result result;
      result.violations.push_back(std::string{"exception: "} + e.what());
      return result;
    }
  }

  static void tell(std::uint64_t seed, const trial_result& result) {
    std::cout << "seed " << seed << ": " << (result.violations.empty() ? "passed" : "FAILED") << " after "
              << result.turns << " turns, trace " << result.trace << "\n";
    for (const std::string& each : result.violations) std::cout << "  violated: " << each << "\n";
    std::cout << result.graph;
    if (!result.violations.empty())
      std::cout << "  again: penstock_simulate --seed " << seed << " --verbose\n";
  }

  bool verbose_;
  std::uint64_t passed_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t turns_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  arguments given;
  if (!read(argc, argv, given)) {
    std::cerr << usage;
    return 2;
  }
  campaign all{given.verbose};
  if (!given.single) {
    for (const std::uint64_t seed : regressions) all.run(seed);
  }
  for (std::uint64_t i = 0; i < given.seeds; ++i) all.run(given.first + i);
  return all.conclude();
}
