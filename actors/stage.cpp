#include <penstock/actors/stage.hpp>

#include <algorithm>
#include <utility>

#include <penstock/actors/chunk_keeping.hpp>
#include <penstock/actors/current_body.hpp>

namespace penstock {

namespace {

constexpr std::int64_t microsecond = 1000;

pace pace_of(const stage_plan& plan) {
  switch (plan.pool) {
    case pool_kind::blocking:
      return {1, 1};
    case pool_kind::isolated:
      return {2'000 * microsecond, 4096};
    case pool_kind::per_core:
      return {10'000 * microsecond, 1024};
    case pool_kind::cooperative:
      break;
  }
  return {200 * microsecond, 4096};
}

/// Pieces that a worker may hold at a time. A second one saves it the wait for the next, but would break the
/// order of keys after a failure.
unsigned allowance_of(const stage_plan& plan) {
  return plan.pool == pool_kind::blocking || plan.lazy || plan.make_partitioner ? 1 : 2;
}

}  // namespace

stage::stage(const stage_plan& plan, std::uint32_t member, environment& env, run_state& run)
    : plan_{plan},
      member_{member},
      env_{env},
      run_{run},
      work_{plan.make_partitioner ? plan.workers : 1},
      crew_{allowance_of(plan)},
      restarts_{plan.restarts},
      workers_{plan.workers},
      pace_{pace_of(plan)},
      line_held_(plan.make_partitioner ? plan.workers : 1, false),
      letters_{env, run, "stage", plan.stage} {
  if (plan.make_partitioner) partitioner_ = plan.make_partitioner();
  if (plan.make_collector) collector_ = plan.make_collector();
  if (plan.chunk.size > 0) chunks_ = std::make_unique<chunk_keeping>(plan.chunk);
}

stage::~stage() = default;

std::uint32_t stage::add_input(ref<edge_link> link) {
  input_edge edge;
  edge.link = std::move(link);
  inputs_.push_back(std::move(edge));
  return static_cast<std::uint32_t>(inputs_.size() - 1);
}

void stage::connect_input(std::uint32_t edge, address producer, std::uint32_t producer_edge) {
  inputs_[edge].producer = std::move(producer);
  inputs_[edge].producer_edge = producer_edge;
}

void stage::ready() {
  if (plan_.limit) look_out_ = make_ref<look_out>(env_, self_);
  outbox_.set_workers(plan_.workers);
  bare_figures_ = std::make_unique<stage_figures>();
  bare_figures_->name = plan_.stage;
  bare_figures_->kind = plan_.kind;
  ledger_.emplace(plan_.capacity, static_cast<std::int64_t>(plan_.bytes), inputs_.size(), plan_.workers);
}

void stage::refresh_time() {
  if (time_is_fresh_) return;
  now_ = env_.now();
  time_is_fresh_ = true;
  meter_.advance(now_, busy_, blocked_, inline_worker_ ? 1 : crew_.staying());
}

void stage::receive(message& m) {
  if (broken_) return receive_broken(m);
  refresh_time();
  std::visit(overloaded{
                 [this](deliver_items& each) { arrive(each); },
                 [this](end_of_stream& each) { inputs_[each.edge].ended = true; },
                 [this](await_verdicts& each) { inputs_[each.edge].awaits_verdicts = true; },
                 [this](grant_credit& each) {
                   outbox_.granted(each.edge, {each.items, each.bytes});
                 },
                 [](caught_up&) {},
                 [this](cancel_edge& each) { cancelled_by(each.edge); },
                 [this](worker_reported& each) { settle(*each.report); },
                 [this](look_after&) { look_after_workers(); },
                 [this](penstock::look_at_calls& each) {
                   if (look_out_->looking(each.when)) look_at_calls();
                 },
                 [this](worker_returned& each) { came_back(each.number); },
                 [this](body_lost& each) { look_at_body(each.number); },
                 [this](replace_worker& each) { restart(each.number); },
                 [this](halt_workers&) { halt(); },
                 [this](resume_workers&) { resume(); },
                 [this](halt_overdue& each) { give_up_halt(each.halt); },
                 [this](retry_due& each) { retry(each.id); },
                 [this](letters_due&) { look_for_room(); },
                 [this](chunks_due& each) { chunk_time_over(each); },
                 [this](scope_closed& each) { close_scope(*each.closed); },
                 [this](start_run&) { start(); },
                 [this](abort_run& each) { abort(each.reason); },
                 [this](set_workers& each) {
                   if (each.count > 0) workers_ = each.count;
                 },
                 [this](set_capacity& each) { ledger_->resize(each.items); },
                 [this](report_figures& each) { each.request->answer(member_, figures()); },
                 [](auto&) {},
             },
             m);
}

void stage::arrive(deliver_items& m) {
  const auto count = m.items.size();
  run_.last_progress.store(now_, std::memory_order_relaxed);
  meter_.in += count;
  inputs_[m.edge].awaits_verdicts = false;
  ledger_->arrived(m.edge, count, static_cast<std::int64_t>(m.items.weight()));
  if (phase_ != phase::running) {
    inputs_[m.edge].link->claimed();
    if (is_lost(m.edge)) m.items.discard(loss_here());
    return;
  }
  // Who throws has let go of some items already: their tokens must be flagged before the last handle goes.
  const lineage tokens = partitioner_ || collector_ ? m.items.tokens() : lineage{};
  const current_body here{run_.graph, plan_.stage};
  try {
    if (collector_) {
      hold(m);
    } else if (chunks_) {
      await_chunk(m);
    } else {
      enqueue(std::move(m.items), m.edge, true);
    }
  } catch (...) {
    // The user's key function, or a copy constructor.
    fail_run(std::current_exception(), {});
    tokens.flag(reason_);
    m.items.discard(reason_);
  }
}

void stage::enqueue(batch items, std::uint32_t edge, bool confirms) {
  piece work;
  work.edge = edge;
  work.arrived = now_;
  work.sequence = next_sequence_;
  work.confirms = confirms;
  next_sequence_ += items.size();
  work.items = std::move(items);
  if (partitioner_) {
    sort_by_key(std::move(work));
  } else {
    work_.push(std::move(work));
  }
}

void stage::claimed(piece& work) {
  if (!std::exchange(work.confirms, false) || work.edge == piece::no_edge) return;
  const input_edge& edge = inputs_[work.edge];
  if (edge.link->claimed()) edge.producer->post(caught_up{edge.producer_edge});
}

after_turn stage::turn() {
  refresh_time();
  again_ = false;
  write_letters();  // of what workers reported
  if (started_ && !failed_ && phase_ == phase::running) {
    adapt_crew();
    pump();
    if (write_letters()) {
      outbox_.flush(false);  // what waited behind them
      again_ = true;
    }
  }
  look_at_chunk_time();
  return end_turn();
}

void stage::grant_credit_due() {
  for (const auto& due : ledger_->collect()) {
    const input_edge& edge = inputs_[due.edge];
    if (!edge.ended)
      edge.producer->post(grant_credit{edge.producer_edge, due.amount.items, due.amount.bytes});
  }
}

}  // namespace penstock
