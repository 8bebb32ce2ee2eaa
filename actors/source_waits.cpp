#include <spdlog/logger.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <penstock/actors/current_body.hpp>
#include <penstock/actors/lease_keeper.hpp>
#include <penstock/actors/source.hpp>

namespace penstock {

namespace {

/// At the end: how long a source without leases is given to tell its origin the last verdicts.
constexpr std::int64_t longest_flush = 60'000'000'000;

constexpr std::int64_t later(std::int64_t now, std::chrono::nanoseconds delay) {
  return delay < std::chrono::nanoseconds::max() - std::chrono::nanoseconds{now}
             ? now + delay.count()
             : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void source::pause(std::chrono::nanoseconds for_so_long) {
  paused_ = true;
  if (for_so_long == source_context::verdicts_only) return;
  expecting_ = true;
  env_.expect();
  if (for_so_long == std::chrono::nanoseconds::max()) return;
  remind_at(later(env_.now(), for_so_long));
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

/// The origin hears the verdicts that came by now, and those that it could not hear before, whatever else the
/// source does. One in a hurry tells what is new, and does not try again.
void source::flush_verdicts() {
  if (!plan_.acknowledges || !started_ || (hurried_ && !news_)) return;
  news_ = false;
  context_.set_room(room());
  std::optional<std::chrono::nanoseconds> again_in;
  const current_body here{run_.graph, plan_.name};
  try {
    again_in = body_->flush_verdicts(context_);
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
  owes(again_in.has_value());
  if (hurried_) return;
  if (again_in && *again_in < std::chrono::nanoseconds::max()) remind_at(later(env_.now(), *again_in));
}

void source::owes(bool verdicts) {
  if (owes_ == verdicts) return;
  owes_ = verdicts;
  if (verdicts) {
    env_.expect();
  } else {
    env_.stop_expecting();
  }
}

/// At the end: for the length of a lease, after which the origin gives the jobs to somebody else anyway.
bool source::waits_to_flush() {
  if (!owes_) return false;
  if (flush_until_ == 0) {
    const auto lease = body_->lease().count();
    const auto most = lease > 0 ? lease : longest_flush;
    flush_until_ = env_.now() + most;
  }
  const auto left = flush_until_ - env_.now();
  // Once more where the reminder came a hair early.
  if (left > 0 && !std::exchange(flush_reminded_, true)) env_.remind(left, self_, ask_again{flush_until_});
  if (!hurried_ && !failed_) {
    if (left > 0) return true;
    if (run_.log) {
      run_.log->warn(
          "graph '{}', source '{}': its origin has not heard all verdicts and is waited for no longer",
          run_.graph, plan_.name);
    }
  }
  owes(false);
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
