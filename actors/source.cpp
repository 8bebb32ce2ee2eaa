#include <algorithm>
#include <limits>
#include <utility>

#include <penstock/actors/current_body.hpp>
#include <penstock/actors/last_figures.hpp>
#include <penstock/actors/source.hpp>

namespace penstock {

namespace {

constexpr std::int64_t expanding_helping = 16;

}  // namespace

source::source(const source_plan& plan, std::uint32_t member, environment& env, run_state& run)
    : plan_{plan},
      member_{member},
      env_{env},
      run_{run},
      context_{run, plan.name},
      letters_{env, run, "source", plan.name},
      bare_figures_{std::make_unique<stage_figures>()},
      in_flight_{plan.in_flight, plan.most_in_flight} {
  bare_figures_->name = plan.name;
  bare_figures_->kind = "source";
}

source::~source() {
  context_.woken_by().listen({});
  while (due_ != nullptr) delete std::exchange(due_, due_->next());
}

void source::set_self(address self) {
  self_ = std::move(self);
  verdicts_ = make_ref<settled_deliveries>(self_);
  context_.woken_by().listen([to = self_] { to->post(ask_again{}); });
}

void source::receive(message& m) {
  std::visit(
      overloaded{
          [this](start_run&) { start(); },
          [this](grant_credit& each) {
            outbox_.granted(each.edge, {each.items, each.bytes});
          },
          [this](cancel_edge& each) {
            if (outbox_.cancel(each.edge)) finish();
          },
          [this](deliveries_settled&) { settle_all(); },
          [this](chunk_left_short& each) { in_flight_.chunk_left_short(next_job_ - settled_, each.way); },
          [this](ask_again& each) {
            if (each.when == ask_at_) ask_at_ = 0;
            if (each.when == flush_until_) flush_reminded_ = false;
            unpause();
          },
          [this](letters_due&) { look_for_room(); },
          [this](leases_ended&) { lease_keeper_ = nullptr; },
          [this](drain_run&) { drain(); },
          [this](abort_run& each) { abort(each.reason); },
          [this](penstock::refuse_rest& each) { refuse_rest(each.reason); },
          [this](report_figures& each) { each.request->answer(member_, figures()); },
          [](auto&) {},
      },
      m);
}

void source::start() {
  meter_.start(env_.now());
  most_ = std::numeric_limits<std::uint32_t>::max();
  for (const output_edge& edge : outbox_.all()) most_ = std::min(most_, edge.quarter);
  if (finished_) return;
  const current_body here{run_.graph, plan_.name};
  try {
    body_ = plan_.make_body();
    if (plan_.make_chain) chain_ = plan_.make_chain();
    body_->start(context_);
    started_ = true;
    keep_leases();
    running_ = true;
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
}

after_turn source::turn() {
  if (due_ != nullptr) settle_all();  // what was left as there was no memory
  outbox_.flush(finished_);
  bool again = false;
  if (running_ && !finished_ && !paused_ && !letters_.stuck()) again = produce();
  write_letters();
  flush_verdicts();
  if (finished_ && !told_end_ && outbox_.empty() && letters_.empty()) {
    told_end_ = true;
    outbox_.end();
  }
  const bool settled = !plan_.acknowledges || settled_ == next_job_;
  if (!told_end_ || !settled || waits_to_flush() || !has_let_go())
    return again ? after_turn::again : after_turn::wait;
  if (body_) stop_body();
  chain_.reset();
  controller_->post(
      member_ended{member_, last_figures(*this, bare_figures_), context_.take_failure_at_end()});
  context_.woken_by().listen({});
  self_ = nullptr;
  return after_turn::done;
}

/// Items that it may make by now.
std::uint32_t source::room() const {
  if (!running_ || finished_ || paused_ || !letters_.empty()) return 0;
  auto most = std::min<std::int64_t>(std::numeric_limits<std::uint32_t>::max(), outbox_.room());
  if (in_flight_.limit() > 0)
    most = std::min<std::int64_t>(most, in_flight_.limit() - std::int64_t(next_job_ - settled_));
  // Operators may make more of them than there is credit for; then only few are asked for.
  if (plan_.expands) most = std::min<std::int64_t>(most, expanding_helping);
  return static_cast<std::uint32_t>(std::max<std::int64_t>(most, 0));
}

/// One helping of items. True if there may be more at once.
bool source::produce() {
  const auto room = this->room();
  const auto began = env_.now();
  meter_.advance(began, 0, was_blocked_ ? 1 : 0, 1);
  was_blocked_ = room == 0;
  if (room == 0) {
    wait_while_draining();
    return false;
  }
  context_.set_room(room);
  fill_work work{std::min(room, std::max(target_, body_->at_hand())),
                 fill_timer{env_, began},
                 next_job_,
                 chain_ ? 0 : plan_.max_item,
                 {},
                 false,
                 {}};
  context_.woken_by().asking();
  {
    const current_body here{run_.graph, plan_.name};
    body_->fill(work, context_);
  }
  const auto pause_for = context_.take_pause();
  const bool needs_verdicts = context_.take_needs_verdicts() && pause_for;
  const auto made = work.out.size();
  if (plan_.acknowledges) add_tokens(work.out);
  if (chain_ && !work.out.empty() && !apply_chain(work.out)) return false;
  const auto now = env_.now();
  meter_.advance(now, 1, 0, 1);
  if (made > 0) {
    meter_.service.record((now - began) / made, made);
    run_.last_progress.store(now, std::memory_order_relaxed);
  }
  meter_.in += made;
  meter_.out += work.out.size();
  outbox_.put(std::move(work.out));
  if (needs_verdicts) outbox_.await_verdicts();
  adapt_target();
  if (work.error) {
    outbox_.flush(true);
    fail_run(work.error, {});
    return false;
  }
  if (work.ended) {
    finish();
  } else if (pause_for) {
    pause(*pause_for);
  }
  outbox_.flush(true);
  return !finished_ && !paused_;
}

/// It makes nothing new, and what it may have to give once more waits for verdicts too.
void source::wait_while_draining() {
  if (!run_.draining.load(std::memory_order_relaxed) || !is_full()) return;
  outbox_.await_verdicts();
  outbox_.flush(true);
}

/// Batches grow only while a consumer is behind.
void source::adapt_target() {
  // A source that may wait for its next item must not sit on those it has.
  if (plan_.blocking) return;
  target_ =
      outbox_.consumer_is_behind() ? std::min(2 * target_, most_) : std::max<std::uint32_t>(1, target_ / 2);
}

void source::drain() {
  if (!body_ || body_->drain()) return finish();
  unpause();
}

void source::finish() {
  finished_ = true;
  unpause();
}

void source::abort(const std::string& reason) {
  hurried_ = true;
  news_ = true;
  finish();
  outbox_.discard(reason);
  letters_.throw_away(reason, [](const unwritten_letter&) { return true; });
}

void source::broke(const std::exception_ptr& error) noexcept {
  fail_run(error, {});
  abort("it was lost");
}

void source::fail_run(const std::exception_ptr& error, const std::string& operation) {
  if (!failed_) controller_->post(member_failed{member_, error, operation});
  failed_ = true;
  running_ = false;
  unpause();
}

stage_figures source::figures() const {
  stage_figures f;
  f.name = plan_.name;
  f.kind = "source";
  f.pool = plan_.blocking ? "blocking" : "inline";
  f.state = failed_ ? "failed" : told_end_ ? "ended" : "running";
  f.workers = 1;
  if (letters_.stuck()) {
    f.waits_for = "room for dead letters (" + letters_.no_room() + ")";
  } else if (!told_end_ && outbox_.room() <= 0) {
    for (const output_edge& edge : outbox_.all()) {
      if (!edge.cancelled && edge.left.items <= edge.backlog_items)
        f.waits_for = "credit of '" + edge.name + "'";
    }
  } else if (is_full()) {
    f.waits_for = "verdicts on its jobs (in_flight)";
  } else if (told_end_ && owes_) {
    f.waits_for = "its origin, which has not heard all verdicts yet";
  } else if (paused_) {
    f.waits_for = expecting_ ? "its origin, which has nothing at the moment"
                             : "verdicts on the last of its items (replay)";
  }
  f.in = meter_.in;
  f.out = meter_.out;
  f.skipped = meter_.skipped;
  f.dead_letters = meter_.dead_letters;
  f.busy = meter_.busy();
  f.idle = meter_.idle();
  f.blocked = meter_.blocked();
  if (plan_.acknowledges) count_jobs(f);
  f.in_flight = in_flight_.limit();
  f.in_work = plan_.acknowledges ? next_job_ - settled_ : 0;
  f.service = meter_.service.summary();
  return f;
}

}  // namespace penstock
