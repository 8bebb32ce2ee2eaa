#include <utility>

#include <penstock/actors/worker_actor.hpp>

namespace penstock {

worker_actor::worker_actor(const stage_plan& plan, run_state& run, environment& env, unsigned number,
                           unsigned slot, address stage, ref<call_guard> guard)
    : env_{env}, run_{run}, worker_{plan, run, number, slot}, stage_{std::move(stage)} {
  if (guard) worker_.set_guard(std::move(guard), env);
  worker_.when_lost([to = stage_, number] { to->post(body_lost{number}); });
}

void worker_actor::receive(message& m) { waiting_.push_back(std::move(m)); }

/// One piece a turn, so that the scheduler's other actors wait for one piece at most.
after_turn worker_actor::turn() {
  if (finishing_) {
    // Its end threw.
    piece_report ended;
    ended.worker = worker_.number();
    ended.ended = true;
    report(std::move(ended));
    return after_turn::done;
  }
  if (waiting_.empty()) return after_turn::wait;
  message m = std::move(waiting_.front());
  waiting_.pop_front();
  if (std::holds_alternative<start_run>(m)) {
    if (auto error = worker_.start()) {
      broken_ = true;
      piece_report failed;
      failed.worker = worker_.number();
      failed.hook_error = error;
      report(std::move(failed));
    } else {
      look_at_body();
    }
  } else if (std::holds_alternative<penstock::look_at_body>(m)) {
    look_at_body();
  } else if (auto* assigned = std::get_if<assign_piece>(&m)) {
    if (assigned->board) {
      work_on(*assigned->board);
    } else {
      work_on(std::move(assigned->work));
    }
  } else if (auto* resumed = std::get_if<resume_worker>(&m)) {
    resume(*resumed);
  } else if (auto* last = std::get_if<finish_worker>(&m)) {
    finishing_ = true;
    report(worker_.finish(last->emit && !run_.stopping && !broken_, last->lost));
    return after_turn::done;
  }
  if (worker_.given_up()) {
    stage_->post(worker_returned{worker_.number()});
    return after_turn::done;
  }
  return waiting_.empty() ? after_turn::wait : after_turn::again;
}

void worker_actor::work_on(piece work) {
  if (run_.stopping || broken_ || lost_) {
    // The run is being aborted, or soon will be: nothing new is begun.
    hand_back(std::move(work));
    return;
  }
  const auto began = env_.now();
  piece_report made = worker_.run(std::move(work));
  if (worker_.given_up()) return;
  made.began = began;
  made.finished = env_.now();
  broken_ = worker_.is_broken_by(made);
  report(std::move(made));
}

void worker_actor::hand_back(piece work) {
  piece_report untouched;
  untouched.worker = worker_.number();
  untouched.edge = work.edge;
  untouched.key_slot = work.key_slot;
  untouched.sequence = work.sequence;
  untouched.released = std::exchange(work.reserved, 0);
  if (!work.items.empty()) untouched.rest = std::move(work);
  report(std::move(untouched));
}

/// Item by item, while others may take from the board what is not begun.
void worker_actor::work_on(piece_board& board) {
  auto time = env_.now();
  letter_allowance letters = worker_allowance();
  while (!run_.stopping && !broken_ && !lost_) {
    auto one = board.take();
    if (!one) break;
    piece_report made = worker_.run(std::move(*one));
    if (worker_.given_up()) return;
    made.began = time;
    made.finished = time = env_.now();
    broken_ = worker_.is_broken_by(made);
    for (const unwritten_letter& each : made.letters) letters.spend(each);
    const bool stops = made.wants_stop || letters.spent();
    if (board.add(std::move(made))) tell(board.harvest(), false);
    if (stops) break;
  }
  std::vector<piece_report> done = board.harvest();
  auto rest = board.steal();
  const bool more = rest || done.empty();
  tell(std::move(done), !more);
  if (more) hand_back(rest ? std::move(*rest) : piece{});
}

/// `over`: the last one ends the piece. Every report wakes the stage, so that one of its own is saved.
void worker_actor::tell(std::vector<piece_report> done, bool over) {
  for (std::size_t i = 0; i < done.size(); ++i) {
    done[i].last = over && i + 1 == done.size();
    report(std::move(done[i]));
  }
}

void worker_actor::resume(const resume_worker& wanted) {
  const auto began = env_.now();
  piece_report made = worker_.resume(wanted.room, wanted.item_only);
  if (worker_.given_up()) return;
  made.began = began;
  made.finished = env_.now();
  broken_ = worker_.is_broken_by(made);
  report(std::move(made));
}

/// The body may have come to its end between two calls.
void worker_actor::look_at_body() {
  if (broken_ || lost_) return;
  auto crash = worker_.lost();
  if (!crash) return;
  lost_ = true;
  piece_report ended;
  ended.worker = worker_.number();
  ended.crash = std::move(crash);
  ended.last = false;  // of no piece
  ended.began = ended.finished = env_.now();
  report(std::move(ended));
}

/// What it had went with the exception. It still hands back what comes, until the stage sends it home.
void worker_actor::broke(const std::exception_ptr& error) noexcept {
  broken_ = true;
  worker_.abandon();
  piece_report lost;
  lost.worker = worker_.number();
  lost.hook_error = error;
  lost.broke = true;
  report(std::move(lost));
}

void worker_actor::report(piece_report made) {
  stage_->post(worker_reported{std::make_unique<piece_report>(std::move(made))});
}

}  // namespace penstock
