#include "isolated_child.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <optional>

#include <penstock/messages/codec.hpp>

#include "harness.hpp"
#include "pipelines.hpp"

namespace bench {

namespace {

namespace ps = penstock;

using array = ps::shared_buffer<float>;
constexpr std::size_t array_length = 10'000'000;  // 40 MB

/// Every array is written by the source and read by the worker, each element once.
void add_arrays(ps::graph& graph, unsigned long items, std::uint64_t& total) {
  graph
      .source("arrays",
              [items, made = 0UL]() mutable -> std::optional<array> {
                if (made++ == items) return std::nullopt;
                auto next = array::make(array_length);
                std::ranges::fill(next.edit(), 1.0F);
                return next;
              })
      .stage(
          "read",
          [](const array& in) {
            // Several sums, as one would wait for itself.
            float sums[16] = {};
            for (std::size_t i = 0; i < in.size(); i += 16) {
              for (std::size_t lane = 0; lane < 16; ++lane) sums[lane] += in[i + lane];
            }
            return static_cast<std::uint64_t>(std::accumulate(std::begin(sums), std::end(sums), 0.0));
          },
          ps::isolated, ps::bytes(std::uint64_t{256} << 20))
      .sink("sum", [&total](std::uint64_t sum) { total += sum; });
}

void add_numbers(ps::graph& graph, unsigned long items, std::uint64_t& total) {
  graph.source("numbers", pipelines::numbers{items})
      .stage(
          "add", [](std::uint64_t value) { return value + 1; }, ps::isolated)
      .sink("sum", [&total](std::uint64_t value) { total += value; });
}

}  // namespace

int isolated_child(int argc, const char* const* argv, const std::string& which, unsigned long items) {
  ps::enter(argc, argv);
  const bool large = which == "large";
  std::uint64_t total = 0;
  ps::graph graph{"isolated"};
  large ? add_arrays(graph, items, total) : add_numbers(graph, items, total);
  const double seconds = pipelines::seconds_of(graph);
  require(total == (large ? items * array_length : items * (items + 1) / 2), "the isolated graph lost items");
  std::cout << seconds << std::endl;
  return 0;
}

double run_isolated_child(const std::string& which, unsigned long items) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = "'" + self + "' --child isolated " + which + " " + std::to_string(items);
  std::FILE* const child = popen(command.c_str(), "r");
  require(child != nullptr, "can't start " + command);
  double seconds = 0;
  const int read = std::fscanf(child, "%lf", &seconds);
  require(pclose(child) == 0 && read == 1 && seconds > 0, "a process of the isolated cases failed");
  return seconds;
}

}  // namespace bench
