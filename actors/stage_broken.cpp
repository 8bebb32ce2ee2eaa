#include <utility>

#include <penstock/actors/stage.hpp>

namespace penstock {

namespace {

// Short enough to need no memory.
const char* const lost = "it was lost";

}  // namespace

/// Gives up all that it has and sends its workers home, whatever they are at.
void stage::broke(const std::exception_ptr& error) noexcept {
  if (!std::exchange(broken_, true) && controller_) controller_->post(member_failed{member_, error, {}});
  failed_ = aborted_ = true;
  reason_ = lost;
  phase_ = phase::aborting;
  for (input_edge& edge : inputs_) edge.losses_count = true;
  if (plan_.gather) plan_.gather->terms->losses_count.store(true);
  try {
    throw_away(reason_);
    throw_away_letters(reason_);
    outbox_.discard(reason_);
    reorder_.drain([&](finished_items done) { done.outputs.discard(reason_); });
  } catch (...) {
    // What is left goes with the stage, and its tokens are flagged by the unwinding or by the run's end.
  }
  if (inline_worker_) {
    inline_worker_->abandon();
    try {
      static_cast<void>(inline_worker_->finish(false));  // its last hook
    } catch (...) {
      // No memory to tell what that threw; the run fails anyway.
    }
    inline_worker_.reset();
  }
}

/// Takes note of what it needs for its end and throws everything else away.
void stage::receive_broken(message& m) {
  if (auto* ended = std::get_if<end_of_stream>(&m)) {
    inputs_[ended->edge].ended = true;
  } else if (auto* asked = std::get_if<report_figures>(&m)) {
    asked->request->decline(asked->member);
  } else {
    auto* reported = std::get_if<worker_reported>(&m);
    if (reported != nullptr && reported->report->ended) crew_.remove(reported->report->worker);
    auto* returned = std::get_if<worker_returned>(&m);
    if (returned != nullptr) crew_.remove(returned->number);
    if (std::get_if<scope_closed>(&m) != nullptr && plan_.gather) settle_scope();
    discard(m, reason_);
  }
}

void stage::forget_edges() {
  for (input_edge& edge : inputs_) edge.ended = true;
  outbox_.forget();
}

}  // namespace penstock
