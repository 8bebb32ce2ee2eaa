#include "pipelines.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "harness.hpp"

namespace bench::pipelines {

ps::runtime_options quiet_options() {
  ps::runtime_options options;
  options.progress_on_terminal = false;
  return options;
}

double seconds_of(const ps::graph& graph) {
  ps::runtime rt{quiet_options()};
  const auto start = steady::now();
  ps::run run = rt.start(graph);
  run.wait();
  return seconds_since(start);
}

double add_ones(std::uint64_t items, unsigned stages, unsigned workers) {
  std::uint64_t total = 0;
  ps::graph graph{"add-ones"};
  const auto add_one = [](std::uint64_t value) { return value + 1; };
  const auto name = [](unsigned index) { return "add " + std::to_string(index); };

  ps::stream<std::uint64_t> last =
      graph.source("numbers", numbers{items}).stage(name(1), add_one, ps::workers(workers));
  for (unsigned i = 2; i <= stages; ++i) last = last.stage(name(i), add_one, ps::workers(workers));
  last.sink("sum", [&total](std::uint64_t value) { total += value; });

  const double seconds = seconds_of(graph);
  require(total == items * (items - 1) / 2 + stages * items, "the graph lost items");
  return seconds * 1e9 / static_cast<double>(items);
}

namespace {

/// Numbers from `first` on.
struct number_block {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

class blocks {
 public:
  blocks(std::uint64_t items, std::uint64_t block) : items_{items}, block_{block} {}

  std::optional<number_block> operator()() {
    if (next_ >= items_) return std::nullopt;
    const number_block made{next_, std::min(block_, items_ - next_)};
    next_ += made.count;
    return made;
  }

 private:
  std::uint64_t items_;
  std::uint64_t block_;
  std::uint64_t next_ = 0;
};

struct acknowledged_blocks : blocks {
  acknowledged_blocks(std::uint64_t items, std::uint64_t block, std::uint64_t& done)
      : blocks{items, block}, done_{&done} {}
  void ack(const number_block& job) { *done_ += job.count; }

 private:
  std::uint64_t* done_;
};

std::vector<std::uint64_t> numbers_of(const number_block& job) {
  std::vector<std::uint64_t> all(job.count);
  std::iota(all.begin(), all.end(), job.first);
  return all;
}

}  // namespace

double add_ones_in_jobs(std::uint64_t items, std::uint64_t block, bool acknowledged) {
  std::uint64_t total = 0;
  std::uint64_t done = 0;
  ps::graph graph{"jobs"};
  const auto add_one = [](std::uint64_t value) { return value + 1; };
  const auto in_flight = ps::in_flight(block == 1 ? 65'536 : 64);
  const auto behind = [&](const auto& jobs) {
    jobs.flat_map(&numbers_of)
        .stage("add 1", add_one, ps::workers(2))
        .stage("add 2", add_one, ps::workers(2))
        .stage("add 3", add_one, ps::workers(2))
        .sink("sum", [&total](std::uint64_t value) { total += value; });
  };
  if (acknowledged) {
    behind(graph.source("blocks", acknowledged_blocks{items, block, done}, in_flight));
  } else {
    behind(graph.source("blocks", blocks{items, block}));
  }
  const double seconds = seconds_of(graph);
  require(total == items * (items - 1) / 2 + 3 * items, "the graph lost items");
  require(!acknowledged || done == items, "not every job was acknowledged");
  return seconds * 1e9 / static_cast<double>(items);
}

}  // namespace bench::pipelines
