#include <optional>

#include "harness.hpp"
#include "peers.hpp"
#include "pipelines.hpp"

namespace bench {

namespace {

namespace ps = penstock;
using pipelines::add_ones;

constexpr const char* ns_per_item = "ns/item";

std::vector<figure> fine_serial(const settings& wanted) {
  const std::uint64_t items = wanted.quick ? 200'000 : 10'000'000;
  const std::vector<double> medians =
      alternate(wanted.runs, {[=] { return add_ones(items, 3, 1); }, [=] { return peers::caf_stream(items); },
                              [=] { return peers::tbb_pipeline(items); }});
  return {{"fine_serial",
           "time per item",
           medians[0],
           ns_per_item,
           "CAF credit streams",
           medians[1],
           {bar::rule::ratio_at_most, 0.5}},
          {"fine_serial",
           "time per item",
           medians[0],
           ns_per_item,
           "oneTBB parallel_pipeline",
           medians[2],
           {bar::rule::ratio_at_most, 0.03}}};
}

std::vector<figure> fine_pool(const settings& wanted) {
  const std::uint64_t items = wanted.quick ? 200'000 : 10'000'000;
  const std::vector<double> medians = alternate(
      wanted.runs, {[=] { return add_ones(items, 3, 2); }, [=] { return peers::caf_stream(items); }});
  return {{"fine_pool",
           "time per item",
           medians[0],
           ns_per_item,
           "CAF credit streams",
           medians[1],
           {bar::rule::ratio_at_most, 1.0}}};
}

std::vector<figure> acked(const settings& wanted) {
  const std::uint64_t items = wanted.quick ? 200'000 : 10'000'000;
  const auto run = [=](std::uint64_t block, bool acknowledged) {
    return [=] { return pipelines::add_ones_in_jobs(items, block, acknowledged); };
  };
  const std::vector<double> medians = alternate(wanted.runs, {run(1024, true), run(1024, false)});
  return {{"acked",
           "a token for 1,024 items",
           medians[0],
           ns_per_item,
           "the same without tokens",
           medians[1],
           {bar::rule::ratio_at_most, 1.15}}};
}

std::vector<figure> acked_each(const settings& wanted) {
  const std::uint64_t items = wanted.quick ? 50'000 : 1'000'000;
  const auto run = [=](bool acknowledged) {
    return [=] { return pipelines::add_ones_in_jobs(items, 1, acknowledged); };
  };
  const std::vector<double> medians = alternate(wanted.runs, {run(true), run(false)});
  return {{"acked_each",
           "a token for each item",
           medians[0],
           ns_per_item,
           "the same without tokens",
           medians[1],
           {}}};
}

// What the fused chain does; the multipliers keep the compiler from folding the three into one.
std::uint64_t scramble(std::uint64_t value) { return value * 0x9e3779b97f4a7c15U; }
std::uint64_t fold(std::uint64_t value) { return value ^ (value >> 29U); }
std::uint64_t shift(std::uint64_t value) { return value + 0x632be59bd9b4e019U; }
bool wanted_bit(std::uint64_t value) { return (value & 64U) != 0; }

std::uint64_t by_hand_total(std::uint64_t items) {
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < items; ++i) {
    std::uint64_t value = i;
    keep(value);  // the items come from elsewhere: no reasoning across them
    value = shift(fold(scramble(value)));
    if (wanted_bit(value)) total += value;
    keep(total);
  }
  return total;
}

double loop_by_hand(std::uint64_t items) {
  const auto start = steady::now();
  std::uint64_t total = by_hand_total(items);
  keep(total);
  return seconds_since(start) * 1e9 / static_cast<double>(items);
}

/// Numbers, one stage, a sum. `add_stage` puts the stage behind the source it is given.
template <class AddStage>
double in_one_stage(std::uint64_t items, const AddStage& add_stage) {
  std::uint64_t total = 0;
  ps::graph graph{"fused"};
  add_stage(graph.source("numbers", pipelines::numbers{items})).sink("sum", [&total](std::uint64_t value) {
    total += value;
  });
  const double seconds = pipelines::seconds_of(graph);
  require(total == by_hand_total(items), "the fused chain gave another sum");
  return seconds * 1e9 / static_cast<double>(items);
}

double fused_chain(std::uint64_t items) {
  return in_one_stage(items, [](auto source) {
    return source.stage("chain", [](std::uint64_t value) { return value; })
        .map([](std::uint64_t value) { return scramble(value); })
        .map([](std::uint64_t value) { return fold(value); })
        .map([](std::uint64_t value) { return shift(value); })
        .filter([](const std::uint64_t& value) { return wanted_bit(value); });
  });
}

double body_by_hand(std::uint64_t items) {
  return in_one_stage(items, [](auto source) {
    return source.stage("chain", [](std::uint64_t value) -> std::optional<std::uint64_t> {
      const std::uint64_t result = shift(fold(scramble(value)));
      if (!wanted_bit(result)) return std::nullopt;
      return result;
    });
  });
}

std::vector<figure> fused(const settings& wanted) {
  const std::uint64_t items = wanted.quick ? 200'000 : 10'000'000;
  const std::vector<double> medians =
      alternate(wanted.runs, {[=] { return fused_chain(items); }, [=] { return body_by_hand(items); },
                              [=] { return loop_by_hand(items); }});
  return {{"fused",
           "time per item",
           medians[0],
           ns_per_item,
           "by hand, in the same stage",
           medians[1],
           {bar::rule::beyond_at_most, 2.0}},
          {"fused",
           "time per item, transport included",
           medians[0],
           ns_per_item,
           "bare loop, no pipeline",
           medians[2],
           {}}};
}

std::vector<figure> scale(const settings& wanted) {
  struct shape {
    const char* metric;
    std::uint64_t items;
    unsigned stages;
  };
  const std::uint64_t million = wanted.quick ? 20'000 : 1'000'000;
  const auto per_hop = [](std::uint64_t items, unsigned stages) {
    return add_ones(items, stages, 1) / static_cast<double>(stages + 1);
  };
  std::vector<figure> figures;
  for (const shape& each : {shape{"10 million items, 3 stages", 10 * million, 3},
                            shape{"100 million items, 3 stages", 100 * million, 3},
                            shape{"1 million items, 30 stages", million, 30},
                            shape{"1 million items, 100 stages", million, 100}}) {
    const std::vector<double> medians = alternate(
        wanted.runs, {[&] { return per_hop(each.items, each.stages); }, [&] { return per_hop(million, 3); }});
    figures.push_back({"scale",
                       each.metric,
                       medians[0],
                       "ns/item/hop",
                       "1 million items, 3 stages",
                       medians[1],
                       {bar::rule::ratio_at_most, 1.2}});
  }
  return figures;
}

}  // namespace

std::vector<bench_case> throughput_cases() {
  return {{"fine_serial", fine_serial}, {"fine_pool", fine_pool}, {"acked", acked},
          {"acked_each", acked_each},   {"fused", fused},         {"scale", scale}};
}

}  // namespace bench
