#include <spdlog/logger.h>

#include <algorithm>
#include <string>
#include <utility>

#include <penstock/actors/chunk_keeping.hpp>
#include <penstock/actors/current_body.hpp>
#include <penstock/actors/stage.hpp>

namespace penstock {

void stage::await_chunk(deliver_items& m) {
  chunks_->waiting += m.items.size();
  chunks_->waiting_bytes += m.items.weight();
  chunks_->inbox.push_back({m.edge, std::move(m.items)});
}

/// Moves items from the inbox into open chunks, where they have no credit any more, until a chunk leaves. A
/// chunk that leaves waits in the work list for room downstream; until it has that, all else stays where it
/// is, so that what a slow consumer lets pile up is bounded. True if a chunk left.
bool stage::feed_chunks() {
  if (!chunks_ || !work_.empty() || phase_ != phase::running || failed_ || being_aborted()) return false;
  chunk_keeping& c = *chunks_;
  if (auto due = c.open.take_due(now_)) return chunk_leaves(std::move(*due));
  while (!c.inbox.empty()) {
    chunk_keeping::arrival& head = c.inbox.front();
    const std::uint64_t count = head.items.size();
    const std::uint64_t bytes = head.items.weight();
    std::optional<made_chunk> made;
    try {
      const current_body here{run_.graph, plan_.stage};
      made = c.open.take(head.items, now_);
    } catch (...) {
      fail_run(std::current_exception(), {});  // the user's key function, or a copy constructor
      return false;
    }
    const auto taken = count - head.items.size();
    const auto taken_bytes = bytes - std::min<std::uint64_t>(bytes, head.items.weight());
    ledger_->settled(head.edge, static_cast<std::int64_t>(taken), static_cast<std::int64_t>(taken_bytes));
    c.waiting -= taken;
    c.waiting_bytes -= std::min(c.waiting_bytes, taken_bytes);
    if (head.items.empty()) {
      piece whole;
      whole.edge = head.edge;
      whole.confirms = true;
      c.inbox.pop_front();
      claimed(whole);
    }
    if (made) return chunk_leaves(std::move(*made));
  }
  if (!nothing_comes()) return false;
  const auto why = inputs_ended() ? chunk_end::of_stream : chunk_end::verdicts;
  if (auto last = c.open.take_oldest(why)) return chunk_leaves(std::move(*last));
  return false;
}

bool stage::chunk_leaves(made_chunk made) {
  if (made.why == chunk_end::delay) {
    for (const auto& each : plan_.chunk.sources) each->source->post(chunk_left_short{made.way});
  }
  if (made.why == chunk_end::room && !std::exchange(chunks_->told_of_room, true) && run_.log) {
    run_.log->warn(
        "graph '{}', chunk '{}': chunks leave short of {} items, as no more than max_held = {} items and "
        "max_held_bytes = {} may wait in them",
        run_.graph, plan_.stage, plan_.chunk.size, plan_.chunk.max_held, plan_.chunk.max_held_bytes);
  }
  run_.last_progress.store(now_, std::memory_order_relaxed);
  enqueue(std::move(made.item), piece::no_edge, false);
  return true;
}

/// Sees to it that the stage gets a turn when the time of a chunk is over. While that is to come, and is all
/// that the stage waits for, the run is not quiet, nor inactive.
void stage::look_at_chunk_time() {
  if (!chunks_) return;
  chunk_keeping& c = *chunks_;
  const std::int64_t due = phase_ == phase::running && !failed_ ? c.open.next_due().value_or(0) : 0;
  const bool idle = c.inbox.empty() && work_.empty() && in_work_ == 0 && outbox_.empty();
  expect_until(due > now_ && idle ? due : 0);
  if (due <= now_ || (c.timer > 0 && c.timer <= due)) return;
  c.timer = due;
  env_.remind(due - now_, self_, chunks_due{due});
}

/// ns; 0: nothing is expected.
void stage::expect_until(std::int64_t when) {
  chunk_keeping& c = *chunks_;
  if (when == c.expected_until) return;
  if (when == 0) {
    env_.stop_expecting();
    run_.expected.clear(member_);
  } else {
    if (c.expected_until == 0) env_.expect();
    run_.expected.set(member_, when);
  }
  c.expected_until = when;
}

void stage::chunk_time_over(const chunks_due& timer) {
  if (chunks_ && timer.when == chunks_->timer) chunks_->timer = 0;
}

void stage::throw_away_chunks(const loss& reason) {
  if (!chunks_) return;
  for (chunk_keeping::arrival& each : chunks_->inbox) {
    if (is_lost(each.edge)) each.items.discard(reason);
  }
  chunks_->inbox.clear();
  chunks_->waiting = chunks_->waiting_bytes = 0;
  chunks_->open.discard(reason, is_lost(piece::no_edge));
}

bool stage::holds_chunks() const { return chunks_ && !(chunks_->inbox.empty() && chunks_->open.empty()); }

std::string stage::chunks_wait_for() const {
  if (!chunks_ || chunks_->open.empty()) return {};
  const std::string filled =
      " (" + std::to_string(chunks_->open.oldest_size()) + " of " + std::to_string(plan_.chunk.size) +
      (chunks_->open.open() > 1 ? " in the oldest of " + std::to_string(chunks_->open.open()) : "") + ")";
  return (plan_.chunk.delay > 0 ? "the delay of a chunk" : "items to fill a chunk") + filled;
}

void stage::describe_chunks(stage_figures& f) const {
  if (!chunks_) return;
  f.queued += chunks_->waiting;
  f.queued_bytes += chunks_->waiting_bytes;
  f.held = chunks_->open.held();
  f.held_bytes = chunks_->open.held_bytes();
}

}  // namespace penstock
