#include <penstock/runtime/run.hpp>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include <penstock/actors/control_thread.hpp>
#include <penstock/messages/error.hpp>
#include <penstock/messages/reserve.hpp>
#include <penstock/runtime/option_table.hpp>
#include <penstock/runtime/run_impl.hpp>

namespace penstock {

namespace {

/// Until the process ends, and beyond the end of its static objects.
void keep(std::shared_ptr<run::impl> state) {
  static auto& mutex = *new std::mutex;
  using held = std::shared_ptr<run::impl>;
  static auto& kept = *new std::vector<held, reserve_allocator<held>>;
  const std::lock_guard lock{mutex};
  kept.push_back(std::move(state));
}

bool has_ended(const run_result::state& s) { return s.ended; }

void abandon(run::impl& state) {
  try {
    state.post(abort_run{"its handle went out of scope"});
  } catch (...) {
    state.post(abort_run{"out of scope"});  // no memory for so many words
  }
}

/// Aborts what still runs and waits for it. Bodies that never return keep what they use, and so does who is
/// called at the end and ends the handle right there.
void end(std::shared_ptr<run::impl>& state) {
  if (!state) return;
  if (!state->result().look(has_ended)) abandon(*state);
  // Called at the end of some run, it stands where all runs are brought to their end.
  const bool inside = control_thread::is_here() || !state->result().wait_for_callbacks();
  state->log_untold_failure();
  const bool left = state->result().look([](const run_result::state& s) {
    return !s.lost.empty() || std::any_of(s.last.begin(), s.last.end(),
                                          [](const stage_figures& each) { return each.lost_threads > 0; });
  });
  const bool lost = inside || left;
  const bool hung = state->env().lost_threads(lost ? 0 : 1'000'000'000) > 0;
  if (lost || hung) {
    keep(std::move(state));
  }
  state = nullptr;
}

void check(const std::string& graph, const std::string& stage, const char* option, std::int64_t value) {
  if (const auto problem = option_problem(option, value)) {
    throw option_error("graph '" + graph + "', stage '" + stage + "': " + *problem);
  }
}

}  // namespace

run::run(std::shared_ptr<impl> state) : impl_{std::move(state)} {}

run& run::operator=(run&& other) noexcept {
  if (this != &other) {
    end(impl_);
    impl_ = std::move(other.impl_);
  }
  return *this;
}

run::~run() { end(impl_); }

void run::wait() {
  if (control_thread::is_here() && !impl_->result().look(has_ended)) {
    throw error("graph '" + impl_->graph() +
                "': wait() was called in a function given to when_ended, where it would wait for ever");
  }
  impl_->result().wait();
  impl_->tell_failure();
  const auto state = impl_->result().get();
  if (state.error) std::rethrow_exception(state.error);
  if (state.phase == run_phase::aborted) {
    throw aborted_error("graph '" + impl_->graph() + "' was aborted: " + state.reason);
  }
}

void run::drain() { impl_->post(drain_run{}); }

void run::drain(std::chrono::nanoseconds deadline) { impl_->post(drain_run{deadline.count()}); }

void run::abort(const std::string& reason) { impl_->post(abort_run{reason}); }

run_snapshot run::snapshot() const { return impl_->snapshot(); }

void run::when_ended(std::function<void()> f) { impl_->when_ended(std::move(f)); }

void run::set_workers(const std::string& stage, std::int64_t count) {
  check(impl_->graph(), stage, "workers", count);
  impl_->change_stage(stage, penstock::set_workers{static_cast<unsigned>(count)});
}

void run::set_capacity(const std::string& stage, std::int64_t items) {
  check(impl_->graph(), stage, "capacity", items);
  impl_->change_stage(stage, penstock::set_capacity{static_cast<std::uint32_t>(items)});
}

}  // namespace penstock
