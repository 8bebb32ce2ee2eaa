#include <spdlog/logger.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <penstock/actors/stage.hpp>
#include <penstock/actors/worker_actor.hpp>
#include <penstock/messages/error.hpp>

namespace penstock {

namespace {

std::string told(const std::exception_ptr& error) {
  const auto thrown = describe_exception(error);
  return thrown.type + ": " + thrown.text;
}

std::string in_ms(std::int64_t ns) { return std::to_string(ns / 1'000'000) + " ms"; }

}  // namespace

/// Gives up the calls whose time is over, and comes again when the next one's will be.
void stage::look_at_calls() {
  std::vector<unsigned> numbers;
  for (const crew::member& each : crew_.members()) {
    if (each.guard) numbers.push_back(each.number);
  }
  auto next = look_out::never;
  for (const unsigned number : numbers) {
    const ref<call_guard> guard = crew_.at(number).guard;
    if (auto late = guard->give_up(now_)) {
      give_up(number, std::move(*late));
    } else {
      next = std::min(next, guard->deadline());
    }
  }
  if (next != look_out::never) look_out_->wanted_by(next, now_);
}

/// A worker that was late has returned; it may be here before the stage has looked.
void stage::came_back(unsigned number) {
  crew::member* const late = crew_.find(number);
  if (late != nullptr && late->guard) {
    const ref<call_guard> guard = late->guard;
    if (auto call = guard->give_up(look_out::never)) give_up(number, std::move(*call));
  }
  --lost_threads_;
}

/// Only the worker itself may touch its body.
void stage::look_at_body(unsigned number) {
  crew::member* const of = crew_.find(number);
  if (of != nullptr && of->port) of->port->post(penstock::look_at_body{});
}

/// The body hangs. Its thread is left to itself; what it had in work fails, what it had not begun goes back.
void stage::give_up(unsigned number, call_guard::call call) {
  ++lost_threads_;
  harvest(crew_.at(number));
  take_back_all(crew_.at(number));

  const auto error = std::make_exception_ptr(
      timeout_error("graph '" + run_.graph + "', stage '" + plan_.stage + "': the body took longer than " +
                    in_ms(call.deadline - call.began) + " for an item (timeout)"));
  if (run_.log) {
    run_.log->warn("graph '{}', stage '{}': worker {} is given up: its body did not return within {}",
                   run_.graph, plan_.stage, crew_.at(number).slot, in_ms(call.deadline - call.began));
  }
  // As with a body that throws after its first output: they stay, so the job can't count as done.
  if (call.has_outputs)
    flag_delivery(call.tokens.at(0), "stage '" + plan_.stage + "' hung after its first output");
  if (call.open_scope) static_cast<scope_token&>(*call.open_scope).of().mark_lost();
  piece_report report;
  report.worker = number;
  report.edge = call.item.edge;
  report.key_slot = call.item.key_slot;
  report.sequence = call.item.sequence;
  report.released = call.item.reserved;
  report.failure.emplace();
  report.failure->item = std::move(call.item.items);
  report.failure->item.tokens() = std::move(call.tokens);
  report.failure->weight = call.weight;
  report.failure->error = error;
  report.failure->attempt = call.item.attempt;
  settle(report);

  crew::member& gone = crew_.at(number);
  gone.port = nullptr;
  gone.guard = nullptr;
  gone.pieces = 0;
  gone.boards.clear();
  gone.suspended = gone.slow = false;
  crashed(gone, error);
}

/// The worker's body is not to be used again. It ends behind what it was given, and what it has not begun
/// goes back.
void stage::replace_later(const piece_report& report, const std::exception_ptr& error) {
  if (inline_worker_) return inline_crashed(error);
  crew::member* const from = crew_.find(report.worker);
  if (from == nullptr || from->leaving || from->restarting) return;
  std::string why = told(error);
  last_crash_ = why;
  from->last_error = std::move(why);
  if (halt_ == standstill::none) from->halting = false;  // what it was held over for is past: this is a crash
  // Told at once, so that it ends whatever fails from here on.
  from->restarting = true;
  from->port->post(finish_worker{false});
  harvest(*from);
  take_back_all(*from);
}

void stage::take_back_all(crew::member& of) {
  if (phase_ != phase::running || failed_) return throw_away_begun(of, loss_here());
  for (auto board = of.boards.rbegin(); board != of.boards.rend(); ++board) take_back(**board);
}

/// A worker has run its last hook.
void stage::came_to_its_end(unsigned number) {
  crew::member& gone = crew_.at(number);
  gone.port = nullptr;
  gone.pieces = 0;
  gone.boards.clear();
  if (std::exchange(gone.halting, false) && gone.restarting) {
    const bool wanted = phase_ == phase::running && !failed_ && !gone.leaving && !gone.retiring;
    if (!wanted) return crew_.remove(number);
    if (halt_ == standstill::none) restart(number);  // it held the group up no longer
    return;
  }
  if (gone.restarting) return crashed(gone, nullptr);
  crew_.remove(number);
}

/// A worker is no more. `error` is null if that is written down.
void stage::crashed(crew::member& of, const std::exception_ptr& error) {
  if (error) last_crash_ = of.last_error = told(error);
  const bool wanted = phase_ == phase::running && !failed_ && !of.leaving && !of.retiring;
  const auto delay = wanted ? delay_of_restart(of) : std::nullopt;
  if (!delay) return crew_.remove(of.number);
  restart_after(*delay, of.number);
}

/// The same for the worker that the stage runs itself.
void stage::inline_crashed(const std::exception_ptr& error) {
  inline_halting_ = false;
  static_cast<void>(inline_worker_->finish(false));
  inline_worker_.reset();
  inline_record_.number = next_worker_++;
  last_crash_ = inline_record_.last_error = told(error);
  const auto delay = failed_ ? std::nullopt : delay_of_restart(inline_record_);
  if (!delay) return;
  restart_after(*delay, inline_record_.number);
}

/// Writes the crash down. Nothing if there have been too many: that is for the run, which fails.
std::optional<std::int64_t> stage::delay_of_restart(crew::member& of) {
  of.restarting = true;
  const double jitter = static_cast<double>(env_.random() % 1024) / 1024.0;
  const auto delay = restarts_.crashed(now_, ++of.crashes, jitter);
  if (delay) {
    ++of.restarts;
    return delay;
  }
  const auto& policy = restarts_.policy();
  fail_run(std::make_exception_ptr(restarts_error(
               "graph '" + run_.graph + "', stage '" + plan_.stage + "': its workers crashed more than " +
               std::to_string(policy.most) + " times within " + in_ms(policy.window.count()) +
               " (restarts); the last time: " + of.last_error)),
           {});
  return std::nullopt;
}

/// In a group the group decides.
void stage::restart_after(std::int64_t delay, unsigned number) {
  if (plan_.in_group) {
    controller_->post(worker_crashed{member_, now_ + delay});
  } else if (delay > 0) {
    env_.post_after(delay, self_, replace_worker{number});
  } else {
    restart(number);
  }
}

void stage::restart(unsigned number) {
  if (inline_record_.restarting && inline_record_.number == number) {
    inline_record_.replaced = true;
    inline_record_.restarting = false;
    again_ = true;  // it is made at the beginning of a turn
    return;
  }
  crew::member* const place = crew_.find(number);
  if (place == nullptr || place->port) return;
  if (phase_ != phase::running || failed_ || place->retiring) return crew_.remove(number);
  place->number = next_worker_++;
  place->restarting = false;
  place->halting = false;
  place->replaced = true;
  try {
    spawn_into(*place);
  } catch (...) {
    crew_.remove(place->number);
    fail_run(std::current_exception(), {});
  }
}

void stage::spawn_into(crew::member& place) {
  const lane where = plan_.pool == pool_kind::cooperative ? lane::scheduler : lane::thread;
  if (look_out_) place.guard = make_ref<call_guard>(look_out_);
  auto logic =
      std::make_unique<worker_actor>(plan_, run_, env_, place.number, place.slot, self_, place.guard);
  place.port = env_.spawn(std::move(logic), where, plan_.stage + "/" + std::to_string(place.slot));
  place.port->post(start_run{});
}

void stage::describe_crew(stage_figures& f) const {
  f.lost_threads = lost_threads_;
  f.restarts = restarts_.total();
  f.last_error = last_crash_;
  if (!pooled_ && plan_.pool == pool_kind::cooperative && plan_.workers == 1 && !told_end_) {
    f.crew.push_back({0,
                      inline_record_.restarting                       ? "restarting"
                      : inline_worker_ && inline_worker_->suspended() ? "suspended"
                                                                      : "idle",
                      inline_record_.restarts, inline_record_.last_error});
  }
  for (const crew::member& each : crew_.members()) {
    f.crew.push_back({each.slot,
                      each.leaving      ? "leaving"
                      : each.restarting ? "restarting"
                      : each.suspended  ? "suspended"
                      : each.slow       ? "slow"
                      : each.pieces > 0 ? "busy"
                                        : "idle",
                      each.restarts, each.last_error});
  }
}

}  // namespace penstock
