#include <spdlog/logger.h>

#include <exception>
#include <utility>

#include <penstock/actors/current_body.hpp>
#include <penstock/actors/worker.hpp>

namespace penstock {

void worker::abandon() noexcept {
  if (open_scope_) open_scope_->flag("it was lost");
  current_.items.discard("it was lost");
  suspended_ = false;
  open_scope_ = nullptr;
}

/// Whatever was thrown before, the body's last hook runs.
void worker::stop_body(piece_report& report) {
  try {
    body_->stop(context_);
  } catch (...) {
    if (!report.hook_error) {
      report.hook_error = std::current_exception();
    } else if (run_.log) {
      run_.log->error("graph '{}', stage '{}': on_stop threw too: {}", run_.graph, plan_.stage,
                      describe_exception(std::current_exception()).text);
    }
  }
}

piece_report worker::finish(bool emit, bool lost) {
  const current_body here{run_.graph, plan_.stage};
  piece_report report;
  report.worker = number_;
  report.ended = true;
  if (!body_) return report;
  // The job's other pieces will never be made, whoever else takes the item.
  if (suspended_ && open_scope_) open_scope_->of().mark_lost();
  if (suspended_ && lost) {
    // Unless the run is being aborted nobody wants them.
    const loss reason{"the run ended before all of its outputs were taken", !run_.stopping.load()};
    if (open_scope_) open_scope_->flag(reason);
    current_.items.discard(reason);
  }
  suspended_ = false;
  open_scope_ = nullptr;
  try {
    if (emit) {
      current_.attempt = 1;
      body_work work;
      work.out = body_->finish(context_);
      if (chain_ && !work.out.empty()) apply_chain(work.out, {}, report, true);
      report.outputs = std::move(work.out);
    }
  } catch (...) {
    report.hook_error = std::current_exception();
  }
  stop_body(report);
  body_.reset();
  chain_.reset();
  return report;
}

}  // namespace penstock
