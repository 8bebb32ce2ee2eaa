#include <optional>
#include <utility>

#include <penstock/actors/current_body.hpp>
#include <penstock/actors/lease_keeper.hpp>
#include <penstock/actors/source.hpp>

namespace penstock {

void source::pause(std::chrono::nanoseconds for_so_long) {
  paused_ = true;
  if (for_so_long == source_context::verdicts_only) return;
  expecting_ = true;
  env_.expect();
  if (for_so_long == std::chrono::nanoseconds::max()) return;
  remind_at(env_.now() + for_so_long.count());
}

void source::remind_at(std::int64_t when) {
  if (ask_at_ > 0 && ask_at_ <= when) return;  // what is set already comes sooner
  ask_at_ = when;
  // No more than a reminder: it may outlast the pause, and then nothing is expected any more.
  env_.remind(when - env_.now(), self_, ask_again{when});
}

void source::unpause() {
  paused_ = false;
  if (std::exchange(expecting_, false)) env_.stop_expecting();
}

/// An origin that was away when it should have heard verdicts is tried again, whatever else the source does.
void source::flush_verdicts() {
  if (!plan_.acknowledges || !body_) return;
  std::optional<std::chrono::nanoseconds> again_in;
  const current_body here{run_.graph, plan_.name};
  try {
    again_in = body_->flush_verdicts();
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
  if (again_in) remind_at(env_.now() + again_in->count());
  if (std::exchange(owes_, again_in.has_value()) == owes_) return;
  if (owes_) {
    env_.expect();
  } else {
    env_.stop_expecting();
  }
}

/// At the end: for the length of a lease, after which the origin gives the jobs to somebody else anyway.
bool source::waits_to_flush() {
  if (!owes_) return false;
  const auto lease = body_->lease().count();
  if (lease > 0 && flush_until_ == 0) {
    flush_until_ = env_.now() + lease;
    env_.remind(lease, self_, ask_again{flush_until_});
  }
  if (!hurried_ && !failed_ && (lease <= 0 || env_.now() < flush_until_)) return true;
  owes_ = false;
  env_.stop_expecting();
  return false;
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
