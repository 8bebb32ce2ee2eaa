#include <penstock/actors/run_controller.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <utility>

#include <penstock/messages/error.hpp>

namespace penstock {

namespace {

/// A reminder may come early by less than this, as the timers' clock and ours are read at different times.
constexpr std::int64_t a_hair = 1'000'000;

}  // namespace

const char* to_string(run_phase phase) {
  switch (phase) {
    case run_phase::running:
      return "running";
    case run_phase::draining:
      return "draining";
    case run_phase::stopping:
      return "stopping";
    case run_phase::done:
      return "done";
    case run_phase::failed:
      return "failed";
    case run_phase::aborted:
      return "aborted";
  }
  return "?";
}

run_controller::run_controller(environment& env, run_state& run, std::shared_ptr<run_result> result,
                               std::int64_t inactivity, std::int64_t slow_body)
    : env_{env}, run_{run}, result_{std::move(result)}, inactivity_{inactivity}, slow_body_{slow_body} {}

void run_controller::expect_members(std::size_t count) {
  ended_.reserve(count);
  result_->change([&](run_result::state& s) { s.last.reserve(count); });
}

void run_controller::set_members(std::vector<member> members) {
  members_ = std::move(members);
  ended_.assign(members_.size(), false);
  open_ = members_.size();
  result_->change([&](run_result::state& s) { s.last.resize(members_.size()); });
}

void run_controller::receive(message& m) {
  std::visit(overloaded{
                 [this](start_run&) { start(); },
                 [this](member_ended& each) {
                   if (ended_[each.member] || gave_up_) return;
                   ended_[each.member] = true;
                   --open_;
                   for (stage_group& group : groups_) {
                     group.ended(each.member);
                     advance(group);
                   }
                   result_->change([&](run_result::state& s) {
                     s.last[each.member] = std::move(*each.last);
                     if (!each.error) return;
                     s.error_at_end = std::move(each.error);
                     s.failed_at_end = std::move(members_[each.member].name);
                   });
                   if (refused_ && open_ > 0 && sources_ended()) give_up();
                 },
                 [this](member_failed& each) { failed(each); },
                 [this](worker_crashed& each) {
                   for (stage_group& group : groups_) {
                     group.crashed(each.member, each.when);
                     advance(group);
                   }
                 },
                 [this](workers_halted& each) {
                   for (stage_group& group : groups_) {
                     group.halted(each.member);
                     advance(group);
                   }
                 },
                 [this](resume_group& each) { advance(groups_[each.group]); },
                 [this](drain_run& each) { drain(each.deadline); },
                 [this](abort_run& each) { abort(run_phase::aborted, each.reason); },
                 [this](check_time&) { look_at_time(); },
                 [this](look_for_long_turns&) { look_at_turns(); },
                 [this](run_is_quiet& each) { look_for_deadlock(each.last_look); },
                 [](auto&) {},
             },
             m);
}

after_turn run_controller::turn() {
  if ((started_ || aborting_) && open_ == 0 && !over_) end_run();
  return over_ ? after_turn::done : after_turn::wait;
}

void run_controller::start() {
  started_ = true;
  const auto now = env_.now();
  run_.last_progress.store(now, std::memory_order_relaxed);
  result_->change([&](run_result::state& s) { s.began = now; });
  // Consumers first, so that what producers send finds them ready.
  for (auto each = members_.rbegin(); each != members_.rend(); ++each) each->to->post(start_run{});
  if (inactivity_ > 0) env_.remind(inactivity_, self_, check_time{});
  if (slow_body_ > 0) look_at_turns();
}

/// Names bodies that keep a thread which all stages share.
void run_controller::look_at_turns() {
  if (over_) return;
  for (const long_turn& each : env_.look_for_long_turns(slow_body_)) {
    if (!run_.log) continue;
    run_.log->warn(
        "graph '{}': the body of '{}' has held a thread of the scheduler for {} ms, which other stages need; "
        "a "
        "body that takes long wants a blocking or per_core pool",
        run_.graph, each.actor, (env_.now() - each.since) / 1'000'000);
  }
  env_.remind(std::max<std::int64_t>(slow_body_ / 2, 1), self_, look_for_long_turns{});
}

void run_controller::failed(member_failed& m) {
  const std::string where = members_[m.member].name + (m.operation.empty() ? "" : " / " + m.operation);
  fail(std::move(m.error), where);
}

void run_controller::fail(std::exception_ptr error, const std::string& where) {
  if (aborting_) return;
  result_->change([&](run_result::state& s) {
    s.error = std::move(error);
    s.failed_member = where;
  });
  abort(run_phase::failed, where.empty() ? "the run failed" : "the run failed in " + where);
}

/// It ran out of memory while it took something down: the run fails, or goes on with its end.
void run_controller::broke(const std::exception_ptr& error) noexcept {
  if (over_) return;
  result_->change([&](run_result::state& s) {
    if (s.phase == run_phase::running || s.phase == run_phase::draining) s.phase = run_phase::failed;
    if (s.phase == run_phase::failed && !s.error) s.error = error;
  });
  aborting_ = true;
  run_.stopping.store(true);
  run_.bell.ring();
  for (const member& each : members_) each.to->post(abort_run{"the run failed"});
  if (give_up_at_ == 0) {
    give_up_at_ = env_.now() + patience_;
    env_.remind(patience_, self_, check_time{});
  } else if (env_.now() >= give_up_at_ && open_ > 0) {
    env_.give_up();
    gave_up_ = true;
    open_ = 0;
  }
}

void run_controller::drain(std::int64_t deadline) {
  if (aborting_ || over_) return;
  run_.draining.store(true);
  result_->change([](run_result::state& s) { s.phase = run_phase::draining; });
  for (const member& each : members_) {
    if (each.is_source) each.to->post(drain_run{});
  }
  if (deadline > 0) {
    drain_until_ = env_.now() + deadline;
    env_.remind(deadline, self_, check_time{});
  }
}

void run_controller::abort(run_phase why, const std::string& reason) {
  if (aborting_ || over_) return;
  aborting_ = true;
  run_.stopping.store(true);
  run_.bell.ring();
  result_->change([&](run_result::state& s) {
    s.phase = why;
    if (why == run_phase::aborted) s.reason = reason;
  });
  for (const member& each : members_) each.to->post(abort_run{reason});
  give_up_at_ = env_.now() + patience_;
  env_.remind(patience_, self_, check_time{});
}

void run_controller::look_at_time() {
  const auto now = env_.now();
  if (aborting_) {
    if (now < give_up_at_)
      return env_.remind(give_up_at_ - now, self_, check_time{});  // clocks differ by a hair
    return lose_patience();
  }
  if (drain_until_ > 0 && now >= drain_until_) {
    result_->change([](run_result::state& s) { s.deadline_passed = true; });
    abort(run_phase::aborted, "the drain's deadline passed");
    return;
  }
  if (drain_until_ > 0 && drain_until_ - now < a_hair) env_.remind(drain_until_ - now, self_, check_time{});
  if (inactivity_ <= 0) return;
  // What is expected no longer has made progress first.
  const auto expected = run_.expected.latest();
  const auto idle_since = std::max(run_.last_progress.load(std::memory_order_relaxed), expected);
  if (now - idle_since >= inactivity_) {
    const auto ms = inactivity_ / 1'000'000;
    fail(std::make_exception_ptr(inactivity_error("graph '" + run_.graph + "': no item moved for " +
                                                  std::to_string(ms) + " ms (inactivity limit)")),
         {});
    return;
  }
  env_.remind(inactivity_ - (now - idle_since), self_, check_time{});
}

/// Bodies do not return. The jobs that they hold are refused; then the run ends without them.
void run_controller::lose_patience() {
  if (refused_ || sources_ended()) return give_up();
  refused_ = true;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].is_source && !ended_[i]) members_[i].to->post(refuse_rest{"a body did not return"});
  }
  const auto time = patience_ > usual_patience ? patience_ : time_to_refuse;
  give_up_at_ = env_.now() + time;
  env_.remind(time, self_, check_time{});
}

bool run_controller::sources_ended() const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].is_source && !ended_[i]) return false;
  }
  return true;
}

void run_controller::give_up() {
  if (gave_up_) return;
  result_->change([&](run_result::state& s) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!ended_[i]) s.lost.push_back(members_[i].name);
    }
  });
  if (open_ > 0) env_.give_up();
  gave_up_ = true;
  open_ = 0;
}

/// Nothing runs, nothing is under way, no timer is set, and yet the run has not ended. What the members said
/// last, that they failed or ended, may still be in the mailbox: asks them what they wait for, and looks once
/// more when all that is read.
void run_controller::look_for_deadlock(bool last_look) {
  if (!started_ || aborting_ || over_ || open_ == 0 || !env_.quiet()) return;
  const bool restarting =
      std::any_of(groups_.begin(), groups_.end(), [](const stage_group& each) { return each.restarting(); });
  if (restarting) {
    // It is this actor's turn then, which does not count as activity.
    inquest_ = nullptr;
    return;
  }
  if (!inquest_) {
    if (last_look) return;
    inquest_ = std::make_shared<snapshot_request>(members_.size());
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!ended_[i]) members_[i].to->post(report_figures{inquest_, static_cast<std::uint32_t>(i)});
    }
    return;  // their answers make the run quiet once more
  }
  if (!last_look) return self_->post(run_is_quiet{true});
  const auto answers = std::exchange(inquest_, nullptr)->figures();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (!ended_[i] && answers[i].name.empty()) return;  // it ended meanwhile: the run is still on its way
  }
  std::string waits;
  for (const stage_figures& each : answers) {
    if (each.waits_for.empty()) continue;
    if (!waits.empty()) waits += "; ";
    waits += "'" + each.name + "' waits for " + each.waits_for;
  }
  fail(std::make_exception_ptr(deadlock_error("graph '" + run_.graph + "' is deadlocked: " + waits)), {});
}

void run_controller::end_run() {
  over_ = true;
  self_ = nullptr;
  members_.clear();
  env_.run_ended();
  result_->end(env_.now());
}

}  // namespace penstock
