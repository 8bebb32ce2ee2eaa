#include <penstock/actors/chunk_token.hpp>

#include <algorithm>
#include <utility>

namespace penstock {

std::uint64_t chunk_token::job() const {
  for (const lineage::run& each : of_.runs()) {
    if (each.holder && each.holder->job() > 0) return each.holder->job();
  }
  return 0;
}

std::int64_t chunk_token::born() const {
  std::int64_t earliest = 0;
  for (const lineage::run& each : of_.runs()) {
    const auto one = each.holder ? each.holder->born() : 0;
    if (one > 0 && (earliest == 0 || one < earliest)) earliest = one;
  }
  return earliest;
}

void chunk_token::name_jobs(std::vector<std::uint64_t>& to) const {
  for (const lineage::run& each : of_.runs()) {
    if (each.holder) each.holder->name_jobs(to);
  }
}

void chunk_token::last_owner_left() noexcept {
  if (flagged()) {
    const std::string why = take_reason();
    of_.flag({why, unwanted()});
  }
  delete this;
}

ref<token> one_token(lineage tokens) {
  const auto runs = tokens.runs();
  const bool any = std::any_of(runs.begin(), runs.end(), [](const auto& each) { return each.holder; });
  if (!any) return nullptr;
  if (runs.size() == 1) return runs.front().holder;
  return ref<token>{new chunk_token{std::move(tokens)}};
}

std::string jobs_of(const token* of) {
  if (of == nullptr) return {};
  std::vector<std::uint64_t> jobs;
  of->name_jobs(jobs);
  std::sort(jobs.begin(), jobs.end());
  jobs.erase(std::unique(jobs.begin(), jobs.end()), jobs.end());
  if (jobs.size() < 2) return {};
  std::string text;
  for (std::size_t i = 0; i < jobs.size();) {
    std::size_t last = i;
    while (last + 1 < jobs.size() && jobs[last + 1] == jobs[last] + 1) ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(jobs[i]);
    if (last > i) text += (last == i + 1 ? ", " : " to ") + std::to_string(jobs[last]);
    i = last + 1;
  }
  return " (of jobs " + text + ")";
}

}  // namespace penstock
