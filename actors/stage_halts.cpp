#include <algorithm>
#include <utility>

#include <penstock/actors/stage.hpp>
#include <penstock/messages/error.hpp>

namespace penstock {

/// Lets every worker end behind what it has begun. Who holds a half-done item may need the credit of a stage
/// that stands still already, so nobody waits for that one: it is replaced once the item is done.
void stage::halt() {
  halt_ = standstill::under_way;
  ++halts_;
  if (phase_ != phase::running || failed_) return answer_halt();  // it comes to its end anyway
  inline_halting_ = inline_worker_ != nullptr;
  for (crew::member& each : crew_.members()) {
    if (each.leaving || !each.port) continue;
    each.halting = true;
    harvest(each);
    take_back_all(each);
  }
  look_at_halt();
  if (halt_ == standstill::under_way) env_.remind(plan_.shutdown, self_, halt_overdue{halts_});
}

/// Those that are to end and have nothing in work do.
void stage::let_go() {
  if (inline_halting_ && inline_worker_ && !inline_worker_->suspended()) {
    inline_halting_ = false;
    inline_record_.replaced = true;
    static_cast<void>(inline_worker_->finish(false));
    inline_worker_.reset();
  }
  for (crew::member& each : crew_.members()) {
    if (!each.halting || each.restarting || each.leaving || each.suspended || each.pieces > 0) continue;
    each.restarting = true;
    each.port->post(finish_worker{false});
  }
}

void stage::look_at_halt() {
  let_go();
  if (halt_ != standstill::under_way) return;
  const bool all_gone = std::all_of(crew_.members().begin(), crew_.members().end(),
                                    [](const crew::member& each) { return !each.port || each.suspended; });
  if (all_gone) answer_halt();
}

void stage::answer_halt() {
  if (halt_ != standstill::under_way) return;
  halt_ = standstill::reached;
  controller_->post(workers_halted{member_});
}

/// Its workers, or one of them, are about to be replaced: who replaces them has its last hooks too.
bool stage::restarts_with_group() const {
  return halt_ != standstill::none || inline_halting_ ||
         std::any_of(crew_.members().begin(), crew_.members().end(),
                     [](const crew::member& each) { return each.halting; });
}

void stage::give_up_halt(std::uint64_t number) {
  if (halt_ != standstill::under_way || number != halts_ || phase_ != phase::running) return;
  fail_run(
      std::make_exception_ptr(restarts_error("graph '" + run_.graph + "', stage '" + plan_.stage +
                                             "': its group restarts, and a worker did not "
                                             "end within " +
                                             std::to_string(plan_.shutdown / 1'000'000) + " ms (shutdown)")),
      {});
}

void stage::resume() {
  if (halt_ != standstill::reached) return;
  halt_ = standstill::none;
  if (std::exchange(inline_record_.restarting, false)) inline_record_.replaced = true;
  std::vector<unsigned> absent;
  for (const crew::member& each : crew_.members()) {
    if (!each.port) absent.push_back(each.number);
  }
  for (const unsigned number : absent) restart(number);
}

}  // namespace penstock
