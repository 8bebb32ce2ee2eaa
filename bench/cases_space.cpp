#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "harness.hpp"
#include "memory_child.hpp"
#include "pipelines.hpp"

namespace bench {

namespace {

namespace ps = penstock;

constexpr std::size_t array_bytes = 40'000'000;

/// 40 MB that can't be copied: a hop that copied would not compile.
class large_array {
 public:
  explicit large_array(unsigned char fill) : bytes_{new unsigned char[array_bytes]} {
    std::memset(bytes_.get(), fill, array_bytes);
  }
  const unsigned char* data() const { return bytes_.get(); }

  friend std::size_t weight(const large_array&) { return sizeof(large_array) + array_bytes; }

 private:
  std::unique_ptr<unsigned char[]> bytes_;
};

double make_only(unsigned arrays) {
  const auto start = steady::now();
  for (unsigned i = 0; i < arrays; ++i) {
    const large_array made{static_cast<unsigned char>(i)};
    const unsigned char* data = made.data();
    keep(data);
  }
  return seconds_since(start) * 1000.0;
}

/// Milliseconds for all arrays, made in the source and freed in the sink.
double through_two_hops(unsigned arrays) {
  std::vector<const unsigned char*> sent;
  std::vector<const unsigned char*> arrived;
  sent.reserve(arrays);
  arrived.reserve(arrays);
  ps::graph graph{"large"};
  const auto make = [&sent, arrays, next = 0U]() mutable -> std::optional<large_array> {
    if (next == arrays) return std::nullopt;
    large_array made{static_cast<unsigned char>(next++)};
    sent.push_back(made.data());
    return made;
  };
  graph.source("make", make)
      .stage("pass", [](large_array array) { return array; })
      .sink("end", [&arrived](large_array array) { arrived.push_back(array.data()); });
  const double seconds = pipelines::seconds_of(graph);
  require(sent == arrived, "an array was copied, lost or out of order");
  return seconds * 1000.0;
}

std::vector<figure> large(const settings& wanted) {
  const unsigned arrays = wanted.quick ? 10 : 100;
  const std::vector<double> medians =
      alternate(wanted.runs, {[=] { return through_two_hops(arrays); }, [=] { return make_only(arrays); }});
  const double hops = 2.0 * arrays;
  return {{"large",
           "time per hop and array",
           medians[0] / hops,
           "ms",
           "making and freeing them",
           medians[1] / hops,
           {bar::rule::beyond_at_most, 1.0}}};
}

std::vector<figure> memory(const settings& wanted) {
  const std::vector<memory_use> uses = run_memory_children(wanted.runs, wanted.quick ? 2 : 20);
  // Over capacity once is over capacity: of the custody the worst run is shown.
  std::vector<double> peaks, bounds, custody;
  for (const memory_use& each : uses) {
    peaks.push_back(each.peak_rss);
    bounds.push_back(each.bound);
    custody.push_back(each.custody);
  }
  constexpr double mega = 1e6;
  return {{"memory",
           "peak resident memory",
           median(peaks) / mega,
           "MB",
           "computed bound",
           median(bounds) / mega,
           {bar::rule::beyond_at_most, 32}},
          {"memory",
           "peak custody, fullest stage",
           *std::max_element(custody.begin(), custody.end()),
           "of capacity",
           "limit",
           1.0,
           {bar::rule::ratio_at_most, 1.0}}};
}

}  // namespace

std::vector<bench_case> space_cases() { return {{"large", large}, {"memory", memory}}; }

}  // namespace bench
