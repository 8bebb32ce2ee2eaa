#include <algorithm>
#include <utility>

#include <penstock/actors/chunk_keeping.hpp>
#include <penstock/actors/last_figures.hpp>
#include <penstock/actors/stage.hpp>
#include <penstock/actors/worker_actor.hpp>

namespace penstock {

void stage::start() {
  started_ = true;
  meter_.start(now_);
  adapt_crew();
}

void stage::spawn_worker() {
  crew::member& place = crew_.add(next_worker_++, crew_.free_slot(), nullptr);
  try {
    spawn_into(place);
  } catch (...) {
    crew_.remove(place.number);
    throw;
  }
}

/// Makes as many workers as there should be, or sends home those who have nothing to do.
void stage::adapt_crew() {
  if (phase_ != phase::running || failed_) return;
  if (plan_.in_group) look_at_halt();
  if (halt_ != standstill::none) return;
  move_keys();
  if (keys_move() || failed_) return;
  if (!pooled_ && plan_.pool == pool_kind::cooperative && workers_ == 1) {
    if (inline_worker_ || inline_record_.restarting) return;
    inline_worker_ = std::make_unique<worker>(plan_, run_, next_worker_++, 0);
    if (auto error = inline_worker_->start()) {
      if (!inline_record_.replaced) return fail_run(error, {});
      inline_crashed(error);
    }
    return;
  }
  if (inline_worker_) {
    if (inline_worker_->suspended()) return;
    end_inline_worker(true, true);
  }
  crew_.retire_all_but(workers_);
  if (crew_.staying() == workers_) return;
  pooled_ = true;
  ledger_->set_workers(workers_);
  outbox_.set_workers(workers_);
  try {
    while (crew_.staying() < workers_) spawn_worker();
  } catch (...) {
    fail_run(std::current_exception(), {});  // no more threads
    return;
  }
  for (crew::member& each : crew_.members()) {
    if (!each.retiring || each.leaving || each.restarting || each.suspended || each.pieces > 0) continue;
    each.leaving = true;
    each.port->post(finish_worker{true});
  }
}

void stage::cancelled_by(std::uint32_t edge) {
  if (!outbox_.cancel(edge)) return;
  stop_early(false);
}

/// Needs no more items: tells upstream, throws away what waits, lets what runs come to its end. Letters stay
/// until they are written.
void stage::stop_early(bool outputs_wanted) {
  if (phase_ != phase::running) return;
  phase_ = phase::stopping;
  outputs_wanted_ = outputs_wanted;
  reason_ = outputs_wanted ? "stage '" + plan_.stage + "' wanted no more" : "nobody wanted more";
  for (input_edge& edge : inputs_) {
    edge.losses_count = edge.link->abandon();
    if (!edge.ended) edge.producer->post(cancel_edge{edge.producer_edge});
  }
  throw_away(loss_here());
  if (plan_.gather) {
    // It closes nothing any more, but its scatter may still have other consumers.
    plan_.gather->terms->losses_count.store(is_lost(piece::no_edge));
    plan_.gather->over.store(true);
    plan_.gather->scatter->post(scope_settled{});
  }
}

/// Is what came through this edge lost when it is thrown away here? A job that was put together: unless all
/// of the edges have another consumer.
bool stage::is_lost(std::uint32_t edge) const {
  if (edge != piece::no_edge) return inputs_[edge].losses_count;
  return std::any_of(inputs_.begin(), inputs_.end(),
                     [](const input_edge& each) { return each.losses_count; });
}

void stage::throw_away(const loss& reason) {
  work_.clear([&](piece& each) {
    if (is_lost(each.edge)) each.items.discard(reason);
  });
  for (auto& [id, waiting] : retries_) {
    outbox_.unreserve(waiting.work.reserved);
    if (is_lost(waiting.work.edge)) waiting.work.items.discard(reason);
  }
  retries_.clear();
  for (crew::member& each : crew_.members()) throw_away_begun(each, reason);
  if (collector_) collector_->discard();
  throw_away_chunks(reason);
}

void stage::abort(const std::string& reason) {
  if (phase_ == phase::aborting || told_end_) return;
  write_letters();  // what failed before
  const bool finishing = phase_ == phase::finishing;
  phase_ = phase::aborting;
  aborted_ = true;
  reason_ = reason;
  for (input_edge& edge : inputs_) edge.losses_count = true;
  if (plan_.gather) plan_.gather->terms->losses_count.store(true);
  throw_away(reason);
  throw_away_letters(reason);
  outbox_.discard(reason);
  reorder_.drain([&](finished_items done) { done.outputs.discard(reason); });
  outbox_.unreserve(std::exchange(parked_, 0));
  if (finishing) phase_ = phase::finishing;
}

bool stage::inputs_ended() const {
  return std::all_of(inputs_.begin(), inputs_.end(), [](const input_edge& edge) { return edge.ended; });
}

/// The word that the run is aborted is on its way to this stage. The end of an input may come first, as its
/// producer had that word sooner: that is no end of a stream.
bool stage::being_aborted() const { return run_.stopping.load(std::memory_order_relaxed); }

/// Nothing more comes in, at all or before a job has its verdict.
bool stage::nothing_comes() const {
  return std::all_of(inputs_.begin(), inputs_.end(),
                     [](const input_edge& edge) { return edge.ended || edge.awaits_verdicts; });
}

/// Nothing is held, in work, or waiting to be tried again.
bool stage::quiet() const {
  return work_.empty() && in_work_ == 0 && retries_.empty() && letters_.empty() && reorder_.empty() &&
         !holds_chunks() && !(plan_.gather && plan_.gather->open.load() > 0);
}

void stage::end_inline_worker(bool emit, bool lost) {
  piece_report last = inline_worker_->finish(emit, lost);
  inline_worker_.reset();
  take_letters(last);
  if (last.hook_error) fail_run(last.hook_error, {});
  if (last.failure) fail_run(last.failure->error, last.failure->operation);
  if (emit) this->emit(std::move(last.outputs));
}

/// Sends the workers home.
void stage::dismiss(bool emit) {
  phase_ = phase::finishing;
  answer_halt();
  if (inline_worker_) {
    end_inline_worker(emit, is_lost(inline_worker_->edge()));
  }
  for (crew::member& each : crew_.members()) {
    if (each.leaving) continue;
    each.leaving = true;
    // One that crashed has been told before.
    if (!each.restarting && each.port) each.port->post(finish_worker{emit, is_lost(each.edge)});
  }
  crew_.remove_absent();
}

after_turn stage::end_turn() {
  const bool working = !broken_ && crew_.busy() > 0;
  const bool standing = plan_.in_group && restarts_with_group();
  if (phase_ == phase::running && started_ && !failed_ && !standing && !being_aborted() && inputs_ended() &&
      quiet())
    dismiss(true);
  if (phase_ == phase::running && started_ && !failed_ && !inputs_ended() && nothing_comes() && quiet()) {
    outbox_.await_verdicts();
    outbox_.flush(false);
  }
  if (phase_ == phase::stopping && !working) {
    // What waits for items that were thrown away goes as it is.
    reorder_.drain([this](finished_items done) { release(std::move(done)); });
    outbox_.unreserve(std::exchange(parked_, 0));
    dismiss(outputs_wanted_);
  }
  if (phase_ == phase::aborting && !working) dismiss(false);
  if (phase_ == phase::finishing) {
    write_letters();
    outbox_.flush(true);
    const bool home = !inline_worker_ && crew_.empty();
    if (home && outbox_.empty() && letters_.empty() && !told_end_) {
      told_end_ = true;
      outbox_.end();
    }
    if (told_end_ && inputs_ended()) {
      if (plan_.gather) {
        plan_.gather->over.store(true);
        plan_.gather->scatter->post(scope_settled{});
      }
      // Whoever waits for the run may let go of what the user's functions refer to.
      partitioner_.reset();
      collector_.reset();
      chunks_.reset();
      controller_->post(member_ended{member_, last_figures(*this, bare_figures_)});
      self_ = nullptr;
      return after_turn::done;
    }
  }
  if (broken_) return after_turn::wait;
  if (letters_.empty()) grant_credit_due();
  note_state();
  return again_ ? after_turn::again : after_turn::wait;
}

void stage::note_state() {
  time_is_fresh_ = false;
  busy_ = inline_worker_ ? 0 : crew_.busy();
  const bool wants_credit = (!work_.empty() || crew_.suspended_worker() != nullptr ||
                             (inline_worker_ && inline_worker_->suspended()) || !outbox_.empty()) &&
                            outbox_.room() <= 0;
  blocked_ = !wants_credit ? 0 : inline_worker_ ? 1 : crew_.staying() - std::min(crew_.staying(), busy_);
}

std::string stage::waits_for() const {
  if (letters_.stuck()) return "room for dead letters (" + letters_.no_room() + ")";
  if (!outbox_.empty() || (outbox_.room() <= 0 && !work_.empty())) {
    for (const output_edge& edge : outbox_.all()) {
      if (!edge.cancelled &&
          (edge.left.items <= edge.backlog_items || edge.left.bytes <= edge.backlog_bytes)) {
        return "credit of '" + edge.name + "'";
      }
    }
  }
  if (crew_.busy() > 0) return "its bodies";
  if (halt_ != standstill::none) return "the restart of its group";
  if (inline_record_.restarting || crew_.all_restarting()) return "the restart of a worker";
  if (!retries_.empty()) return "the time of a retry";
  if (plan_.scatter && !work_.empty()) return "room for another open job (max_open)";
  if (plan_.gather && plan_.gather->open.load() > 0) return "the pieces of open jobs";
  if (std::string chunks = chunks_wait_for(); !chunks.empty()) return chunks;
  if (!inputs_ended()) return "items";
  return {};
}

stage_figures stage::figures() const {
  stage_figures f;
  f.name = plan_.stage;
  f.kind = plan_.kind;
  f.pool = plan_.pool == pool_kind::blocking   ? "blocking"
           : plan_.pool == pool_kind::per_core ? "per_core"
           : plan_.pool == pool_kind::isolated ? "isolated"
           : pooled_                           ? "cooperative"
                                               : "inline";
  f.state = failed_ ? "failed" : told_end_ ? "ended" : "running";
  f.waits_for = waits_for();
  f.workers = crew_.empty() ? workers_ : crew_.size();
  f.in = meter_.in;
  f.out = meter_.out;
  f.dropped = meter_.dropped;
  f.retries = meter_.retries;
  f.failures = meter_.failures;
  f.skipped = meter_.skipped;
  f.dead_letters = meter_.dead_letters;
  f.busy = meter_.busy();
  f.idle = meter_.idle();
  f.blocked = meter_.blocked();
  f.queued = static_cast<std::uint64_t>(work_.items());
  f.queued_bytes = static_cast<std::uint64_t>(work_.bytes());
  f.in_work = static_cast<std::uint64_t>(std::max<std::int64_t>(0, in_work_));
  describe_chunks(f);
  describe_crew(f);
  if (!ledger_) return f;  // the run could not be started
  f.capacity = static_cast<std::uint64_t>(ledger_->capacity());
  f.capacity_bytes = static_cast<std::uint64_t>(ledger_->capacity_bytes());
  f.peak_custody = static_cast<std::uint64_t>(ledger_->peak());
  f.peak_custody_bytes = static_cast<std::uint64_t>(ledger_->peak_bytes());
  f.queue_wait = meter_.queue_wait.summary();
  f.service = meter_.service.summary();
  return f;
}

}  // namespace penstock
