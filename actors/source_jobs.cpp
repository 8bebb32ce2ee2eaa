#include <spdlog/logger.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <penstock/actors/current_body.hpp>
#include <penstock/actors/source.hpp>

namespace penstock {

void source::add_tokens(batch& made) {
  const auto end = next_job_ + made.size();
  const auto born = plan_.growth ? env_.now() : 0;
  try {
    while (next_job_ < end) {
      ref<token> delivery{new delivery_token{verdicts_, next_job_, born}};
      ++next_job_;
      made.tokens().append(delivery, 1);
    }
  } catch (...) {
    // Those that got none have nobody who could tell.
    while (next_job_ < end) settle(next_job_++, true, false, "it was lost");
    throw;
  }
}

/// Bodies that were given up hold these jobs; what they still let go of comes too late.
void source::refuse_rest(const std::string& reason) {
  finish();
  if (refused_) return;
  refused_ = true;
  hurried_ = true;
  news_ = true;
  settled_ = next_job_;
  outbox_.discard(reason);
  letters_.throw_away(reason, [](const unwritten_letter&) { return true; });
  if (!body_) return;
  const current_body here{run_.graph, plan_.name};
  try {
    body_->refuse_open(reason);
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
}

void source::settle_all() {
  do {
    while (due_ != nullptr) {
      const std::unique_ptr<delivery_token> verdict{std::exchange(due_, due_->next())};
      settle(verdict->number(), verdict->flagged(), verdict->unwanted(), verdict->reason());
    }
    due_ = verdicts_->take();
  } while (due_ != nullptr);
}

void source::settle(std::uint64_t job, bool flagged, bool unwanted, const std::string& reason) {
  if (refused_) return;
  ++settled_;
  news_ = true;
  unpause();
  if (!flagged) ++acked_;
  if (!body_) return;
  const current_body here{run_.graph, plan_.name};
  try {
    if (unwanted) {
      body_->settle_unwanted(job, reason);
    } else {
      body_->settle(job, flagged, reason);
    }
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
}

void source::stop_body() {
  const current_body here{run_.graph, plan_.name};
  try {
    body_->stop(context_);
  } catch (...) {
    fail_run(std::current_exception(), {});
  }
  untold_ = body_->untold();
  body_.reset();
  if (!run_.log || untold_.acked + untold_.nacked == 0) return;
  run_.log->warn(
      "graph '{}', source '{}': its origin was not told that {} jobs are done and {} are refused, and gives "
      "them "
      "out again",
      run_.graph, plan_.name, untold_.acked, untold_.nacked);
}

/// A verdict counts once its origin has heard it.
void source::count_jobs(stage_figures& f) const {
  const auto untold = body_ ? body_->untold() : untold_;
  const auto refused = settled_ - acked_;
  f.acked = acked_ - std::min(untold.acked, acked_);
  f.nacked = refused - std::min(untold.nacked, refused);
  f.untold = untold.acked + untold.nacked;
  f.in_work = next_job_ - settled_;
}

}  // namespace penstock
