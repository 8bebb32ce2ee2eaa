#include <penstock/connectors/job_runs.hpp>

#include <algorithm>
#include <charconv>
#include <tuple>

namespace penstock {

std::int64_t number_of(const job_receipt& delivery) {
  std::int64_t job = 0;
  std::from_chars(delivery.job.data(), delivery.job.data() + delivery.job.size(), job);
  return job;
}

namespace {

/// Of any two numbers.
std::uint64_t distance(std::int64_t from, std::int64_t to) {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

}  // namespace

std::vector<job_run> runs_of(std::span<const job_verdict> verdicts, std::span<const std::size_t> places) {
  struct place {
    std::uint64_t delivery;
    std::int64_t job;
    std::size_t at;
  };
  std::vector<place> all;
  all.reserve(places.size());
  for (const auto at : places)
    all.push_back({verdicts[at].delivery.delivery, number_of(verdicts[at].delivery), at});
  std::sort(all.begin(), all.end(), [](const place& a, const place& b) {
    return std::tie(a.delivery, a.job, a.at) < std::tie(b.delivery, b.job, b.at);
  });
  std::vector<job_run> runs;
  for (const place& each : all) {
    const bool follows = !runs.empty() && runs.back().delivery == each.delivery &&
                         distance(runs.back().first, each.job) == runs.back().verdicts.size();
    if (!follows) runs.push_back({each.job, each.delivery, {}});
    runs.back().verdicts.push_back(each.at);
  }
  return runs;
}

}  // namespace penstock
