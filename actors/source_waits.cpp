#include <utility>

#include <penstock/actors/lease_keeper.hpp>
#include <penstock/actors/source.hpp>

namespace penstock {

void source::pause(std::chrono::nanoseconds for_so_long) {
  paused_ = true;
  if (for_so_long == source_context::verdicts_only) return;
  expecting_ = true;
  env_.expect();
  if (for_so_long == std::chrono::nanoseconds::max()) return;
  const auto when = env_.now() + for_so_long.count();
  if (ask_at_ > 0 && ask_at_ <= when) return;  // what is set already comes sooner
  ask_at_ = when;
  // No more than a reminder: it may outlast the pause, and then nothing is expected any more.
  env_.remind(for_so_long.count(), self_, ask_again{when});
}

void source::unpause() {
  paused_ = false;
  if (std::exchange(expecting_, false)) env_.stop_expecting();
}

void source::keep_leases() {
  if (!plan_.acknowledges || body_->lease().count() <= 0) return;
  auto keeper = std::make_unique<lease_keeper>(body_, env_, run_, plan_.name, self_);
  lease_keeper& made = *keeper;
  lease_keeper_ = env_.spawn(std::move(keeper), lane::thread, plan_.name + "/leases");
  made.set_self(lease_keeper_);
  lease_keeper_->post(start_run{});
}

/// Nobody else is in the body any more.
bool source::has_let_go() {
  if (!lease_keeper_) return true;
  if (!std::exchange(dismissed_, true)) lease_keeper_->post(finish_worker{false});
  return false;
}

}  // namespace penstock
