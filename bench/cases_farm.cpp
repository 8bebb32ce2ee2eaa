#include <algorithm>
#include <random>
#include <thread>

#include "harness.hpp"
#include "peers.hpp"
#include "pipelines.hpp"

namespace bench {

namespace {

namespace ps = penstock;
using namespace std::chrono_literals;

/// Arithmetic that can't be shortened: each step needs the one before.
std::uint64_t arithmetic(std::uint64_t value, unsigned steps) {
  value |= 1U;
  for (unsigned i = 0; i < steps; ++i) {
    value ^= value << 13U;
    value ^= value >> 7U;
    value ^= value << 17U;
  }
  keep(value);
  return value;
}

/// Steps that take 10 us on this machine, from the fastest of a few tries.
unsigned steps_of_10us() {
  constexpr unsigned tried = 200'000;
  double fastest = 1e9;
  for (int i = 0; i < 7; ++i) {
    const auto start = steady::now();
    arithmetic(static_cast<std::uint64_t>(i) + 1, tried);
    fastest = std::min(fastest, seconds_since(start));
  }
  return static_cast<unsigned>(tried * 10e-6 / fastest);
}

/// Source, a farm that does `work` under the given options, and a sink that counts. Returns items a second.
template <class Work, class... Options>
double farm(std::uint64_t items, const Work& work, Options... options) {
  std::uint64_t done = 0;
  ps::graph graph{"farm"};
  const auto body = [work](std::uint64_t value) {
    work(value);
    return value;
  };
  graph.source("numbers", pipelines::numbers{items})
      .stage("work", body, options...)
      .sink("count", [&done](std::uint64_t) { ++done; });
  const double seconds = pipelines::seconds_of(graph);
  require(done == items, "the farm lost items");
  return static_cast<double>(items) / seconds;
}

std::vector<figure> cpu_farm(const settings& wanted) {
  const std::uint64_t items = wanted.quick ? 10'000 : 200'000;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const unsigned steps = steps_of_10us();
  const auto work = [steps](std::uint64_t value) { arithmetic(value, steps); };
  const std::vector<double> medians = alternate(
      wanted.runs, {[&] { return farm(items, work, ps::per_core); },
                    [&] { return static_cast<double>(items) / peers::shared_counter(cores, items, work); }});
  return {{"cpu_farm",
           "10 us of arithmetic each",
           medians[0],
           "items/s",
           "ideal: a bare thread per core",
           medians[1],
           {bar::rule::ratio_at_least, 0.97}}};
}

std::vector<figure> blocking_farm(const settings& wanted) {
  constexpr unsigned threads = 64;
  const std::uint64_t items = wanted.quick ? 6'400 : 64'000;
  const auto work = [](std::uint64_t) { std::this_thread::sleep_for(1ms); };
  const std::vector<double> medians =
      alternate(wanted.runs,
                {[&] { return farm(items, work, ps::workers(threads), ps::blocking); },
                 [&] { return static_cast<double>(items) / peers::shared_counter(threads, items, work); }});
  return {{"blocking_farm",
           "1 ms sleep each, 64 workers",
           medians[0],
           "items/s",
           "64 bare threads, shared counter",
           medians[1],
           {bar::rule::ratio_at_least, 0.97}}};
}

/// One run of the mixed case and what is possible for it.
struct makespan {
  double seconds = 0;
  double bound = 0;
  double ratio() const { return seconds / bound; }
};

/// `items` items of 1 ms and one of `long_one`, which arrives as number `place`. The bound is worked out from
/// what each sleep really took: a timer that fires late is not the scheduling's fault.
makespan mixed_run(std::uint64_t items, std::chrono::milliseconds long_one, std::uint64_t place) {
  constexpr unsigned workers = 4;
  std::vector<double> durations(items + 1);
  const auto work = [&durations, long_one, place](std::uint64_t item) {
    const auto start = steady::now();
    std::this_thread::sleep_for(item == place ? long_one : 1ms);
    durations[item] = seconds_since(start);
  };
  const double rate = farm(items + 1, work, ps::workers(workers), ps::blocking);
  return {static_cast<double>(items + 1) / rate, peers::list_schedule(durations, workers)};
}

std::vector<figure> mixed(const settings& wanted) {
  const std::uint64_t items = wanted.quick ? 200 : 2'000;
  const auto long_one = wanted.quick ? 200ms : 2'000ms;
  std::mt19937_64 random{20'240'229};  // the same places in every session
  std::uniform_int_distribution<std::uint64_t> anywhere{0, items};
  std::vector<makespan> runs;
  for (unsigned i = 0; i < wanted.runs; ++i) runs.push_back(mixed_run(items, long_one, anywhere(random)));
  // Each place has a bound of its own, so the run with the median ratio is shown, not the median of each
  // column.
  std::sort(runs.begin(), runs.end(),
            [](const makespan& a, const makespan& b) { return a.ratio() < b.ratio(); });
  const makespan& middle = runs[runs.size() / 2];
  return {{"mixed",
           "makespan, one long item",
           middle.seconds,
           "s",
           "bound for its arrival order",
           middle.bound,
           {bar::rule::ratio_at_most, 1.05}}};
}

}  // namespace

std::vector<bench_case> farm_cases() {
  return {{"cpu_farm", cpu_farm}, {"blocking_farm", blocking_farm}, {"mixed", mixed}};
}

}  // namespace bench
