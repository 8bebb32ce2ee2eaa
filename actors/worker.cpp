#include <penstock/actors/worker.hpp>

#include <algorithm>
#include <utility>

#include <penstock/actors/current_body.hpp>

namespace penstock {

namespace {

/// With operators that expand, the body's outputs go through them in small helpings, so that the room is not
/// overrun by much.
constexpr std::uint32_t expanding_helping = 16;

/// The items as they are before the body sees them; those that can't be copied are made const for it.
batch second_handle(batch& items) {
  if (items.type()->copy != nullptr) return items.copy();
  items.share();
  return items.alias();
}

bool has_enough(const std::vector<unwritten_letter>& letters) {
  letter_allowance allowance = worker_allowance();
  for (const unwritten_letter& each : letters) allowance.spend(each);
  return allowance.spent();
}

}  // namespace

worker::worker(const work_plan& plan, run_state& run, unsigned number, unsigned slot)
    : plan_{plan},
      run_{run},
      number_{number},
      context_{run, plan.stage, slot},
      one_by_one_{plan.codec != nullptr && writes_dead_letters(plan.operators)} {
  keep_items_ = plan.policy.keeps_items() || one_by_one_;
}

worker::~worker() = default;

std::exception_ptr worker::start() {
  const current_body here{run_.graph, plan_.stage};
  try {
    body_ = plan_.make_body();
    if (plan_.make_chain) chain_ = plan_.make_chain();
    if (when_lost_) body_->when_lost(when_lost_);
    body_->start(context_);
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

piece_report worker::run(piece work) {
  current_ = std::move(work);
  return go_on();
}

piece_report worker::resume(std::uint32_t room, bool item_only) {
  if (!item_only || current_.items.size() <= 1) {
    current_.reserved = room;
    return go_on();
  }
  piece item = current_.split_front(1);
  piece behind = std::exchange(current_, std::move(item));
  current_.reserved = room;
  piece_report report = go_on();
  if (report.rest) {
    report.rest->items.append(std::move(behind.items));
  } else {
    report.rest = std::move(behind);
  }
  return report;
}

piece_report worker::go_on() {
  piece_report report;
  report.worker = number_;
  report.edge = current_.edge;
  report.key_slot = current_.key_slot;
  report.sequence = current_.sequence;
  const auto room = std::exchange(current_.reserved, 0);
  report.released = room;
  const auto weight = current_.items.weight();
  const current_body here{run_.graph, plan_.stage};
  context_.begin_attempt(current_.attempt);
  do {
    step(report, room);
    if (given_up_) return report;
  } while (may_go_on(report, room));
  report.wants_stop = context_.wants_stop();
  report.suspended = suspended_;
  report.taken_weight =
      weight - std::min(weight, current_.items.weight() + (report.failure ? report.failure->weight : 0));
  if (!suspended_ && !current_.items.empty()) report.rest = std::move(current_);
  return report;
}

bool worker::may_go_on(const piece_report& report, std::uint32_t room) const {
  return (one_by_one_ || plan_.expands) && !current_.items.empty() && !suspended_ && !report.failure &&
         !report.crash && !context_.wants_stop() && report.outputs.size() < room &&
         !has_enough(report.letters);
}

/// One call of body and chain; `current_` is left with what is not settled.
void worker::step(piece_report& report, std::uint32_t room) {
  lineage tokens = std::move(current_.items.tokens());
  current_.items.tokens() = lineage{};
  body_work work;
  work.room = plan_.expands ? std::min(room, expanding_helping) : room;
  work.keep_items = keep_items_;
  work.max_output = plan_.max_output;
  work.max_item = chain_ ? 0 : plan_.max_item;  // what leaves the stage is limited
  work.count_outputs = !tokens.empty() || plan_.scatter;
  batch later;
  if (one_by_one_ && current_.items.size() > 1) {
    work.in = current_.items.split_front(1);
    later = std::move(current_.items);
  } else {
    work.in = std::move(current_.items);
  }
  const auto offered = work.in.size();
  if (!suspended_) outputs_of_item_ = 0;
  batch kept;
  try {
    if (one_by_one_) kept = second_handle(work.in);
    if (!call_body(work, tokens, room)) return;
  } catch (...) {
    work.error = std::current_exception();  // a copy constructor
  }

  const auto taken = offered - work.in.size();
  suspended_ = work.suspended;
  lineage settled = tokens.split_front(taken);
  label_outputs(work, std::move(settled), taken, tokens.at(0));
  if (chain_ && !work.out.empty()) apply_chain(work.out, kept, report);
  report.outputs.append(std::move(work.out));
  report.taken += taken;
  current_.sequence += taken;
  current_.items = std::move(work.in);
  if (!later.empty()) current_.items.append(std::move(later));
  if (!current_.items.empty()) current_.items.tokens() = std::move(tokens);
  report.crash = work.crash;
  if (work.error && !report.failure) set_failed_item_apart(work.error, report);
}

/// The item at the head of `current_` failed.
void worker::set_failed_item_apart(const std::exception_ptr& error, piece_report& report) {
  failed_item failed;
  failed.error = error;
  failed.attempt = current_.attempt;
  failed.crashed = report.crash != nullptr && error == report.crash;  // it may have failed by itself before
  failed.deaths = current_.deaths + (failed.crashed ? 1 : 0);
  failed.hopeless = failed.deaths >= failed_item::deaths_of_poison;
  failed.item = current_.items.split_front(1);
  failed.weight = failed.item.weight();
  ++current_.sequence;
  report.failure = std::move(failed);
  open_scope_ = nullptr;
}

/// Gives the outputs of a call their tokens: those of the items they came of or, in a scatter, a new one per
/// item. An item that was not finished may have outputs too.
void worker::label_outputs(body_work& work, lineage settled, std::uint32_t taken, token* unfinished) {
  if (work.counts.size() > taken) {
    if (work.error) flag_delivery(unfinished, "stage '" + plan_.stage + "' failed after its first output");
    settled.append(ref<token>{unfinished}, 1);
  }
  if (plan_.scatter) {
    work.out.tokens() = scatter_lineage(work, settled, taken);
  } else if (!work.out.empty()) {
    work.out.tokens() = work.one_each ? std::move(settled) : settled.expand(work.counts);
  }
}

lineage worker::scatter_lineage(const body_work& work, const lineage& tokens, std::uint32_t taken) {
  lineage result;
  for (std::uint32_t i = 0; i < work.counts.size(); ++i) {
    if (!open_scope_) {
      open_scope_ = make_ref<scope_token>(plan_.scatter, ref<token>{tokens.at(i)});
    }
    result.append(open_scope_, work.counts[i]);
    const bool is_last = i + 1 == work.counts.size();
    // The job's other pieces were never made: those that were must not pass for all of it.
    if (is_last && work.error && work.counts.size() > taken) open_scope_->of().mark_lost();
    if (!(is_last && work.suspended)) open_scope_ = nullptr;
  }
  return result;
}

/// What `on_end` emits came of no item, so it stands for itself where it can be written down. So do outputs
/// of items that can't be.
void worker::apply_chain(batch& items, const batch& input, piece_report& report, bool at_end) {
  const bool own_input = (plan_.codec == nullptr || at_end) && writes_dead_letters(plan_.operators) &&
                         plan_.operators_codec != nullptr;
  batch before;
  if (own_input) {
    try {
      before = items.copy();
    } catch (...) {
      items.discard("an output of stage '" + plan_.stage + "' could not be copied");
      report.failure.emplace();
      report.failure->error = std::current_exception();
      report.failure->by_operator = true;
      report.failure->operation = plan_.operators.front().name;
      return;
    }
  }
  // Outputs have no number of their own, so they are counted: by item, else by worker.
  const bool by_worker = plan_.codec == nullptr;
  const operator_site site{run_,
                           plan_.stage,
                           own_input ? plan_.operators_codec : plan_.codec,
                           own_input ? before : input,
                           at_end      ? chain_items::at_end
                           : by_worker ? chain_items::one_each
                                       : chain_items::of_one_input,
                           by_worker ? outputs_ : current_.sequence,
                           by_worker ? number_ : outputs_of_item_,
                           current_.attempt,
                           plan_.max_output,
                           plan_.max_item};
  outputs_ += items.size();
  outputs_of_item_ += items.size();
  operator_result result = apply_operators(*chain_, plan_.operators, items, site);
  report.skipped += static_cast<std::uint32_t>(result.skipped);
  for (unwritten_letter& each : result.letters) report.letters.push_back(std::move(each));
  if (!result.error) return;
  failed_item failed;
  failed.error = result.error;
  failed.by_operator = true;
  failed.operation = result.operation;
  failed.attempt = current_.attempt;
  report.failure = std::move(failed);
}

bool worker::is_broken_by(const piece_report& report) const {
  if (report.crash) return true;
  if (!report.failure || report.failure->by_operator || !plan_.policy.uses(error_action::restart))
    return false;
  const auto attempt = report.failure->attempt;
  return plan_.policy.decide(attempt, report.failure->error, 0).action == error_action::restart;
}

}  // namespace penstock
