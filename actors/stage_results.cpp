#include <spdlog/logger.h>

#include <cassert>
#include <limits>
#include <utility>

#include <penstock/actors/stage.hpp>
#include <penstock/messages/error.hpp>

namespace penstock {

void stage::note_report(piece_report& report) {
  crew::member* const reporter = crew_.find(report.worker);
  // Given up since, and perhaps not replaced yet; what it had done counts all the same.
  if (reporter == nullptr || !reporter->port) return;
  crew::member& from = *reporter;
  if (report.ended) {
    // One that crashed may well throw once more.
    if (from.restarting) report.hook_error = nullptr;
    came_to_its_end(report.worker);
    return;
  }
  if (report.taken > 0) from.crashes = 0;
  if (!report.last) return;
  from.suspended = report.suspended;
  from.sequence = report.sequence + report.taken;
  from.edge = report.edge;
  if (report.hook_error) return;
  assert(from.pieces > 0);
  --from.pieces;
  if (from.boards.empty()) return;
  from.boards.pop_front();
  from.slow = false;
}

void stage::settle(piece_report& report) {
  if (report.broke) return broke(report.hook_error);
  run_.last_progress.store(now_, std::memory_order_relaxed);
  if (inline_worker_) {
    if (report.taken > 0) inline_record_.crashes = 0;
  } else {
    note_report(report);
  }
  outbox_.unreserve(report.released);
  take_letters(report);
  if (report.hook_error) {
    crew::member* const from = inline_worker_ ? nullptr : crew_.find(report.worker);
    if (from != nullptr && from->replaced && !report.ended && !failed_) {
      replace_later(report, report.hook_error);
      return;
    }
    fail_run(report.hook_error, {});
    report.outputs.discard("a hook of stage '" + plan_.stage + "' failed");
    return;
  }
  const bool item_failed = report.failure && !report.failure->by_operator;
  in_work_ -= report.taken + (item_failed ? 1 : 0) + (report.rest ? places(*report.rest) : 0);
  if (report.taken > 0) {
    const auto elapsed = report.finished - report.began;
    pace_.finished(report.taken, elapsed);
    meter_.service.record(elapsed / report.taken, report.taken);
  }
  meter_.skipped += report.skipped;
  if (outbox_.edges() > 0 && !plan_.one_to_many && !plan_.holds_items && report.taken > report.outputs.size())
    meter_.dropped += report.taken - report.outputs.size();
  if (report.ended) {
    emit(std::move(report.outputs));
  } else if (report.taken > 0 || !report.outputs.empty()) {
    finish_items(report.sequence,
                 {std::move(report.outputs), report.edge, report.taken, report.taken_weight});
  }
  if (report.rest) {
    if (phase_ == phase::running && !failed_) {
      work_.put_back(std::move(*report.rest));
    } else if (failed_ || is_lost(report.rest->edge)) {
      report.rest->items.discard(loss_here());
    }
  }
  if (report.failure) handle_failure(report, *report.failure);
  if (report.crash) replace_later(report, report.crash);
  if (report.wants_stop) stop_early(true);
}

void stage::finish_items(std::uint64_t sequence, finished_items done) {
  // Once the stage comes to its end nothing fills the gaps any more.
  if (!plan_.ordered || partitioner_ || phase_ == phase::aborting || phase_ == phase::finishing) {
    release(std::move(done));
    return;
  }
  const auto count = done.count;
  park(done.outputs.size());
  reorder_.add(sequence, count, std::move(done), [this](finished_items next) {
    park(-std::int64_t{next.outputs.size()});
    release(std::move(next));
  });
}

/// What waits for its turn keeps its credit, or what comes of the whole inbox could pile up behind one slow
/// item.
void stage::park(std::int64_t outputs) {
  parked_ += outputs;
  outbox_.reserve(outputs);
}

/// The items are in order: their outputs go on, and only now their room is free.
void stage::release(finished_items done) {
  emit(std::move(done.outputs));
  if (done.edge != piece::no_edge) {
    ledger_->settled(done.edge, done.count, static_cast<std::int64_t>(done.weight));
  } else if (plan_.gather) {
    for (std::uint32_t i = 0; i < done.count; ++i) settle_scope();
  }
}

void stage::emit(batch outputs) {
  if (aborted_) return outputs.discard(reason_);
  if (!outputs_wanted_) return outbox_.drop(std::move(outputs));
  meter_.out += outputs.size();
  outbox_.put(std::move(outputs));
}

error_policy::decision stage::decide(const failed_item& failure) {
  const double jitter = static_cast<double>(env_.random() % 1024) / 1024.0;
  // The deaths of processes are not the item's doing until it is hopeless.
  const auto attempt =
      failure.hopeless ? std::numeric_limits<std::uint32_t>::max() : failure.attempt - failure.deaths;
  const auto decision = plan_.policy.decide(attempt, failure.error, jitter);
  if (failure.hopeless && !decision.by_rule && plan_.policy.uses(error_action::dead_letter))
    return {error_action::dead_letter};
  return decision;
}

void stage::handle_failure(const piece_report& report, failed_item& failure) {
  const auto sequence = report.sequence + report.taken;
  // An operator may also throw on what `on_end` emitted, when nothing else is left to do.
  const bool at_the_end = report.ended && phase_ == phase::finishing;
  if ((phase_ != phase::running && !at_the_end) || failed_) {
    // What runs when a stage wants no more comes to its end, and so does its failure. It is not tried again,
    // and ends nothing any more.
    if (phase_ == phase::stopping && !failed_ && !failure.by_operator) {
      ++meter_.failures;
      auto action = decide(failure).action;
      if (action == error_action::retry || action == error_action::restart) {
        failure.hopeless = true;  // what comes after the last attempt
        action = decide(failure).action;
      }
      if (action == error_action::dead_letter) return bury(sequence, report.edge, std::move(failure));
      if (action == error_action::skip) {
        ++meter_.skipped;
        return failure.item.clear();
      }
      if (run_.log) {
        run_.log->warn("graph '{}', stage '{}': an item failed while the stage stopped: {}", run_.graph,
                       plan_.stage, describe_exception(failure.error).text);
      }
    }
    if (failed_ || is_lost(report.edge)) failure.item.discard(loss_here());
    return;
  }
  if (failure.by_operator) {
    ++meter_.failures;
    fail_run(failure.error, failure.operation);
    return;
  }
  if (failure.crashed && !failure.hopeless) return schedule_retry(report, failure, 0);
  const auto decision = decide(failure);
  if (decision.action == error_action::retry || decision.action == error_action::restart) {
    const std::exception_ptr error = failure.error;
    schedule_retry(report, failure, decision.delay.count());
    if (decision.action == error_action::restart) replace_later(report, error);
    return;
  }
  ++meter_.failures;
  if (decision.action == error_action::dead_letter) return bury(sequence, report.edge, std::move(failure));
  try {
    if (decision.action == error_action::skip) {
      ++meter_.skipped;
    } else if (decision.by_rule || !leave_outcome(failure)) {
      const auto told = describe_exception(failure.error);
      failure.item.discard("stage '" + plan_.stage + "' failed: " + told.type + ": " + told.text);
      fail_run(failure.error, {});
      return;
    }
  } catch (...) {
    failure.item.discard("stage '" + plan_.stage + "' could not note a failure");
    fail_run(std::current_exception(), {});
    return;
  }
  give_up_item(sequence, report, failure);
}

/// Between scatter and gather a failure becomes the piece's outcome, unless the stage has a policy of its
/// own.
bool stage::leave_outcome(failed_item& failure) {
  auto* token = dynamic_cast<scope_token*>(failure.item.tokens().at(0));
  if (token == nullptr) return false;
  token->of().add_failure(make_failure(plan_.stage, static_cast<int>(failure.attempt), failure.error));
  return true;
}

/// The item is done with, without an output.
void stage::give_up_item(std::uint64_t sequence, const piece_report& report, failed_item& failure) {
  failure.item.clear();
  finish_items(sequence, {{}, report.edge, 1, failure.weight});
}

void stage::schedule_retry(const piece_report& report, failed_item& failure, std::int64_t delay) {
  ++meter_.retries;
  waiting_retry again;
  again.line = partitioner_ ? report.key_slot % work_.lines() : 0;
  again.work.items = std::move(failure.item);
  if (delay > 0) again.work.items.move_apart();
  again.work.sequence = report.sequence + report.taken;
  again.work.edge = report.edge;
  again.work.key_slot = report.key_slot;
  again.work.attempt = failure.attempt + 1;
  again.work.deaths = failure.deaths;
  again.work.arrived = now_;
  again.work.counted = true;
  if (!plan_.one_to_many || plan_.scatter) {
    again.work.reserved = 1;
    outbox_.reserve(1);
  }
  // Its place among the open jobs stays its own: later ones may have to wait for its outputs.
  if (plan_.scatter) ++in_work_;
  if (partitioner_) line_held_[again.line] = true;
  const auto id = next_retry_++;
  retries_.emplace(id, std::move(again));
  if (delay > 0) {
    env_.post_after(delay, self_, retry_due{id});
  } else {
    retry(id);
  }
}

void stage::retry(std::uint64_t id) {
  const auto found = retries_.find(id);
  if (found == retries_.end()) return;
  line_held_[found->second.line] = false;
  work_.put_back(std::move(found->second.work));
  retries_.erase(found);
}

void stage::fail_run(const std::exception_ptr& error, const std::string& operation) {
  failed_ = true;
  if (reason_.empty()) reason_ = "stage '" + plan_.stage + "' failed";
  controller_->post(member_failed{member_, error, operation});
}

}  // namespace penstock
