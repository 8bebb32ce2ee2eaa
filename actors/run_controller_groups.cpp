#include <cstdint>
#include <vector>

#include <penstock/actors/run_controller.hpp>

namespace penstock {

void run_controller::set_groups(const std::vector<group_plan>& groups) {
  for (const group_plan& each : groups) groups_.emplace_back(each);
  result_->change([&](run_result::state& s) {
    s.group_restarts.resize(groups.size());
    s.group_restarting.resize(groups.size());
  });
}

/// Halts the next stage of a group that restarts, or starts them all again.
void run_controller::advance(stage_group& group) {
  if (aborting_ || over_ || !group.restarting()) return;
  inquest_ = nullptr;
  if (const auto next = group.to_halt()) members_[*next].to->post(halt_workers{});
  const auto number = static_cast<std::uint32_t>(&group - groups_.data());
  if (group.stands_still()) {
    const auto wait = group.resume_at() - env_.now();
    if (wait > 0) {
      env_.post_after(wait, self_, resume_group{number});
    } else {
      for (const auto each : group.resume()) members_[each].to->post(resume_workers{});
    }
  }
  result_->change([&](run_result::state& s) {
    s.group_restarts[number] = group.restarts();
    s.group_restarting[number] = group.restarting();
  });
}

}  // namespace penstock
