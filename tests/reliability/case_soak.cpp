#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <penstock/penstock.hpp>

#include "child.hpp"
#include "harness.hpp"

namespace reliability {

namespace ps = penstock;

namespace {

double resident_mib() {
  std::ifstream file{"/proc/self/statm"};
  double size = 0;
  double resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

double open_descriptors() {
  const std::filesystem::directory_iterator all{"/proc/self/fd"};
  return static_cast<double>(std::distance(begin(all), end(all)));
}

constexpr std::uint64_t looks = 500;

/// What the process used, as the items came in.
struct usage {
  std::uint64_t items = 0;
  std::uint64_t sum = 0;
  std::vector<double> resident;  ///< MiB at each look
  double descriptors = 0;        ///< after the first tenth
  double descriptors_changed = 0;
  std::uint64_t acked = 0;
};

struct counted_jobs {
  std::shared_ptr<usage> seen;
  std::uint64_t items;
  std::uint64_t next = 0;

  std::optional<std::uint64_t> operator()() {
    if (next == items) return std::nullopt;
    return next++;
  }
  void ack(const std::uint64_t&) { ++seen->acked; }
};

/// The median of one tenth of the looks. How much memory is in use varies from look to look with how many
/// items are under way.
double resident_in_tenth(const usage& seen, std::ptrdiff_t tenth) {
  const auto size = static_cast<std::ptrdiff_t>(seen.resident.size() / 10);
  const auto begin = seen.resident.begin() + tenth * size;
  return median({begin, begin + size});
}

}  // namespace

/// `ITEMS`: small items through pools, retries and keys.
int soak_child(const std::vector<std::string>& words) {
  const auto items = std::stoull(words.at(0));
  const auto look_every = items / looks;
  ps::graph g{"soak"};
  const auto seen = std::make_shared<usage>();
  seen->resident.reserve(looks);
  g.source("numbers", counted_jobs{seen, items}, ps::in_flight(50'000))
      .stage(
          "pool",
          [](ps::worker_context& context, const std::uint64_t& n) {
            if (n % 10'000 == 17 && context.attempt() == 1) throw std::runtime_error{"once"};
            return n + 1;
          },
          ps::workers(2), ps::per_core, ps::on_error(ps::retry(1, std::chrono::milliseconds{0})))
      .by_key([](const std::uint64_t& n) { return n % 1'000; })
      .stage(
          "keys", [](std::uint64_t n) { return n; }, ps::workers(2))
      .stage(
          "in order", [](std::uint64_t n) { return n; }, ps::workers(2), ps::per_core, ps::ordered)
      .sink("end", [seen, items, look_every](std::uint64_t n) {
        seen->sum += n;
        if (++seen->items % look_every != 0) return;
        seen->resident.push_back(resident_mib());
        if (seen->items < items / 10) return;
        const double descriptors = open_descriptors();
        if (seen->descriptors == 0) seen->descriptors = descriptors;
        if (descriptors != seen->descriptors) ++seen->descriptors_changed;
      });
  ps::runtime_options options;
  options.log_level = "quiet";
  ps::runtime rt{options};
  const auto began = steady::now();
  rt.start(g).wait();
  std::cout << "items=" << seen->items
            << " wrong_sum=" << (seen->sum == items * (items + 1) / 2 && seen->acked == items ? 0 : 1)
            << " second_tenth=" << resident_in_tenth(*seen, 1)
            << " last_tenth=" << resident_in_tenth(*seen, 9)
            << " most=" << *std::max_element(seen->resident.begin(), seen->resident.end())
            << " descriptors=" << seen->descriptors << " changed=" << seen->descriptors_changed
            << " seconds=" << seconds_since(began) << std::endl;
  return 0;
}

/// So many items that what leaks shows.
reliability_case soak_case() {
  return {"soak", [](const settings& wanted, std::ostream& explain) -> std::vector<finding> {
            const std::uint64_t items = wanted.short_form ? 2'000'000 : 100'000'000;
            child program = child::of_ours({"soak", std::to_string(items)});
            const auto code = program.end(1800);
            const std::string& told = program.output();
            if (code != 0) explain << "  soak: no good end; " << told << '\n';
            const double lost =
                static_cast<double>(items) - value_of(told, "items") + value_of(told, "wrong_sum");
            const double early = value_of(told, "second_tenth");
            const double drift = early > 0 ? 100 * (value_of(told, "last_tenth") - early) / early : 100;
            return {
                exactly("no good end", code == 0 ? 0 : 1, 0, "runs"),
                exactly("lost, or there twice", lost, 0, "items"),
                wanted.short_form ? shown("growth from the second to the last tenth", drift, "%")
                                  : at_most("growth from the second to the last tenth", drift, 1, "%"),
                shown("resident in the second tenth, median", early, "MiB"),
                shown("resident at most", value_of(told, "most"), "MiB"),
                exactly("looks that found more or fewer descriptors", value_of(told, "changed"), 0, "looks"),
                shown("throughput", static_cast<double>(items) / value_of(told, "seconds") / 1e6, "M/s")};
          }};
}

}  // namespace reliability
