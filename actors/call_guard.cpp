#include <penstock/actors/call_guard.hpp>

#include <utility>

namespace penstock {

void look_out::wanted_by(std::int64_t when, std::int64_t now) {
  auto next = next_.load();
  while (when < next) {
    if (!next_.compare_exchange_weak(next, when)) continue;
    env_.remind(when > now ? when - now : 0, stage_, look_at_calls{when});
    return;
  }
}

call_guard::~call_guard() {
  if (!current_) return;
  const loss reason{"its stage was lost"};
  current_->tokens.flag(reason);
  if (current_->open_scope) current_->open_scope->flag(reason);
}

void call_guard::begin(call started) {
  const auto began = started.began;
  const auto deadline = started.deadline;
  {
    const std::lock_guard lock{mutex_};
    current_ = std::move(started);
  }
  // The stage forgets its next look before it takes this lock: it either sees the call or is asked to come.
  if (deadline != look_out::never) watch_->wanted_by(deadline, began);
}

std::optional<call_guard::call> call_guard::end(std::int64_t now) {
  const std::lock_guard lock{mutex_};
  if (!current_ || now >= current_->deadline) return std::nullopt;
  return std::exchange(current_, std::nullopt);
}

std::optional<call_guard::call> call_guard::give_up(std::int64_t now) {
  const std::lock_guard lock{mutex_};
  if (!current_ || now < current_->deadline) return std::nullopt;
  return std::exchange(current_, std::nullopt);
}

std::int64_t call_guard::deadline() const {
  const std::lock_guard lock{mutex_};
  return current_ ? current_->deadline : look_out::never;
}

}  // namespace penstock
