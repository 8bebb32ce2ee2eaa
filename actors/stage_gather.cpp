#include <cassert>
#include <stdexcept>
#include <string>
#include <utility>

#include <penstock/actors/stage.hpp>
#include <penstock/messages/error.hpp>

namespace penstock {

void stage::hold(deliver_items& m) {
  ledger_->settled(m.edge, m.items.size(), static_cast<std::int64_t>(m.items.weight()));
  piece whole;
  whole.edge = m.edge;
  whole.confirms = true;
  claimed(whole);
  if (m.items.tokens().empty()) {
    // Made by an `on_end` between scatter and gather: pieces of no job.
    meter_.dropped += m.items.size();
    m.items.clear();
  }
  while (!m.items.empty()) {
    const lineage::run& run = m.items.tokens().runs().front();
    auto* token = dynamic_cast<scope_token*>(run.holder.get());
    batch items = m.items.split_front(run.count);
    if (token == nullptr) {
      if (run.holder == nullptr) {
        meter_.dropped += items.size();
        continue;
      }
      // To pass over it would acknowledge a job of which something was lost.
      assert(false && "an item between scatter and gather has a token that is no piece's");
      items.discard("stage '" + plan_.stage + "' got what is no piece of a job");
      fail_run(
          std::make_exception_ptr(std::logic_error(
              "graph '" + run_.graph + "', stage '" + plan_.stage +
              "': an item came to the gather that is a piece of no scattered job; a mistake in penstock")),
          {});
      continue;
    }
    scope& of = token->of();
    if (overfull_.contains(&of)) continue;
    if (collector_->held(&of) + items.size() > plan_.max_held) {
      collector_->close(&of, {});
      overfull_.insert(&of);
      continue;
    }
    const lineage held = std::move(items.tokens());
    items.tokens() = lineage{};
    collector_->hold(&of, std::move(items));
    // Last: letting go of the tokens here is what may close the job.
  }
}

/// A job is over when what the gather made of it has left.
void stage::settle_scope() {
  plan_.gather->open.fetch_sub(1);
  plan_.gather->scatter->post(scope_settled{});
}

void stage::close_scope(scope& closed) {
  std::vector<failure> failures = closed.take_failures();
  const bool too_many = collector_->held(&closed) + failures.size() > plan_.max_held;
  batch group = collector_->close(&closed, std::move(failures));
  if (phase_ != phase::running || failed_) {
    if (failed_) plan_.gather->terms->losses_count.store(true);
    closed.gave_up(loss_here());
    settle_scope();
    return;
  }
  const bool overfull = overfull_.erase(&closed) > 0 || too_many;
  if (closed.lost()) {
    settle_scope();
    return;
  }
  group.tokens().append(closed.parent(), 1);
  if (!overfull) {
    enqueue(std::move(group), piece::no_edge, false);
    return;
  }
  piece_report report;
  report.edge = piece::no_edge;
  report.sequence = next_sequence_++;
  failed_item failure;
  failure.hopeless = true;  // trying again would not make it smaller
  failure.item = std::move(group);
  failure.error = std::make_exception_ptr(
      held_error("graph '" + run_.graph + "', stage '" + plan_.stage + "': a job has more than max_held = " +
                 std::to_string(plan_.max_held) + " pieces; raise max_held or scatter into fewer"));
  handle_failure(report, failure);
}

}  // namespace penstock
