#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "harness.hpp"
#include "peers.hpp"
#include "pipelines.hpp"

namespace bench {

namespace {

namespace ps = penstock;
using namespace std::chrono_literals;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(steady::now().time_since_epoch()).count();
}

/// Emits the time at which each item was made. Acknowledging, so that `in_flight` can hold it to one item at
/// a time.
class stamps {
 public:
  explicit stamps(std::uint32_t items) : left_{items} {}

  std::optional<std::int64_t> operator()() {
    if (left_ == 0) return std::nullopt;
    --left_;
    return now_ns();
  }
  void ack(const std::int64_t&) {}

 private:
  std::uint32_t left_;
};

/// Puts three stages that change nothing behind `source` and a sink that takes the time. Returns the median
/// in microseconds.
template <class Source>
double median_wait(const ps::graph& graph, Source source, std::uint32_t items) {
  std::vector<double> waits;
  waits.reserve(items);
  const auto same = [](std::int64_t stamp) { return stamp; };
  source.stage("first", same)
      .stage("second", same)
      .stage("third", same)
      .sink("clock", [&waits](std::int64_t stamp) {
        waits.push_back(static_cast<double>(now_ns() - stamp) / 1000.0);
      });
  pipelines::seconds_of(graph);
  require(waits.size() == items, "the graph lost items");
  return median(std::move(waits));
}

double one_at_a_time(std::uint32_t items) {
  ps::graph graph{"latency"};
  return median_wait(graph, graph.source("stamps", stamps{items}, ps::in_flight(1)), items);
}

std::vector<figure> latency(const settings& wanted) {
  const std::uint32_t items = wanted.quick ? 2'000 : 20'000;
  const std::vector<double> medians =
      alternate(wanted.runs, {[=] { return one_at_a_time(items); }, [=] { return peers::caf_relay(items); }});
  return {{"latency",
           "median of 4 hops",
           medians[0],
           "us",
           "bare relay of 4 CAF actors",
           medians[1],
           {bar::rule::ratio_at_most, 1.5}}};
}

double an_item_each_millisecond(std::uint32_t items) {
  ps::graph graph{"slow-source"};
  const auto device = [left = items]() mutable -> std::optional<std::int64_t> {
    if (left == 0) return std::nullopt;
    --left;
    std::this_thread::sleep_for(1ms);  // the device's pace, not a wait for anything of ours
    return now_ns();
  };
  return median_wait(graph, graph.source("device", device, ps::blocking), items) / 1000.0;
}

std::vector<figure> slow_source(const settings& wanted) {
  const std::uint32_t items = wanted.quick ? 100 : 1'000;
  const std::vector<double> medians =
      alternate(wanted.runs, {[=] { return an_item_each_millisecond(items); }});
  return {{"slow_source", "median wait", medians[0], "ms", "limit", 0.5, {bar::rule::ratio_at_most, 1.0}}};
}

struct small_message {
  std::uint64_t number = 0;
  std::uint64_t payload[3] = {};
};

/// Everything counts: making the graph and the runtime, starting, running, stopping, ending both.
double small_messages(std::uint32_t messages) {
  std::uint64_t arrived = 0;
  const auto start = steady::now();
  {
    ps::graph graph{"small"};
    const auto make = [next = std::uint32_t{0}, messages]() mutable -> std::optional<small_message> {
      if (next == messages) return std::nullopt;
      return small_message{next++, {}};
    };
    graph.source("make", make)
        .stage("pass", [](small_message message) { return message; })
        .sink("count", [&arrived](const small_message&) { ++arrived; });
    pipelines::seconds_of(graph);
  }
  const double seconds = seconds_since(start);
  require(arrived == messages, "the graph lost messages");
  return seconds * 1e6 / messages;
}

std::vector<figure> small_50k(const settings& wanted) {
  const std::uint32_t messages = 50'000;
  const std::vector<double> medians = alternate(wanted.runs, {[=] { return small_messages(messages); }});
  return {{"small_50k", "time per message", medians[0], "us", "limit", 1.0, {bar::rule::ratio_at_most, 1.0}}};
}

double start_and_drain(unsigned stages) {
  ps::runtime rt{pipelines::quiet_options()};
  const auto start = steady::now();
  ps::graph graph{"empty"};
  const auto same = [](std::uint64_t value) { return value; };
  ps::stream<std::uint64_t> last = graph.source("nothing", pipelines::numbers{0}).stage("stage 1", same);
  for (unsigned i = 2; i <= stages; ++i) last = last.stage("stage " + std::to_string(i), same);
  last.sink("end", [](std::uint64_t) {});
  ps::run run = rt.start(graph);
  run.drain();
  run.wait();
  return seconds_since(start) * 1000.0;
}

std::vector<figure> startstop(const settings& wanted) {
  const std::vector<double> medians = alternate(wanted.runs, {[] { return start_and_drain(100); }});
  return {{"startstop", "100 stages", medians[0], "ms", "limit", 50, {bar::rule::ratio_at_most, 1.0}}};
}

}  // namespace

std::vector<bench_case> time_cases() {
  return {
      {"latency", latency}, {"slow_source", slow_source}, {"small_50k", small_50k}, {"startstop", startstop}};
}

}  // namespace bench
