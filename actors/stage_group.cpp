#include <penstock/actors/stage_group.hpp>

#include <algorithm>
#include <utility>

namespace penstock {

const char* to_string(group_strategy strategy) {
  return strategy == group_strategy::one_for_all ? "one_for_all" : "rest_for_one";
}

stage_group::stage_group(group_plan plan) : plan_{std::move(plan)}, states_(plan_.members.size()) {}

std::optional<std::size_t> stage_group::place_of(std::uint32_t member) const {
  const auto found = std::find(plan_.members.begin(), plan_.members.end(), member);
  if (found == plan_.members.end()) return std::nullopt;
  return static_cast<std::size_t>(found - plan_.members.begin());
}

void stage_group::crashed(std::uint32_t member, std::int64_t when) {
  const auto place = place_of(member);
  if (!place) return;
  const std::size_t first = plan_.strategy == group_strategy::one_for_all ? 0 : *place;
  if (!from_) {
    ++restarts_;
    resume_at_ = when;
  }
  from_ = std::min(from_.value_or(first), first);
  resume_at_ = std::max(resume_at_, when);
}

void stage_group::halted(std::uint32_t member) {
  const auto place = place_of(member);
  if (place && states_[*place] == state::told) states_[*place] = state::halted;
}

void stage_group::ended(std::uint32_t member) {
  if (const auto place = place_of(member)) states_[*place] = state::ended;
}

std::optional<std::uint32_t> stage_group::to_halt() {
  if (!from_) return std::nullopt;
  for (std::size_t i = states_.size(); i-- > *from_;) {
    if (states_[i] == state::told) return std::nullopt;  // one after the other
    if (states_[i] != state::works) continue;
    states_[i] = state::told;
    return plan_.members[i];
  }
  return std::nullopt;
}

bool stage_group::stands_still() const {
  return from_ && std::all_of(states_.begin() + static_cast<std::ptrdiff_t>(*from_), states_.end(),
                              [](state each) { return each == state::halted || each == state::ended; });
}

std::vector<std::uint32_t> stage_group::resume() {
  std::vector<std::uint32_t> to_start;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] != state::halted) continue;
    states_[i] = state::works;
    to_start.push_back(plan_.members[i]);
  }
  from_.reset();
  return to_start;
}

}  // namespace penstock
