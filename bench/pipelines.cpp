#include "pipelines.hpp"

#include <string>

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

}  // namespace bench::pipelines
