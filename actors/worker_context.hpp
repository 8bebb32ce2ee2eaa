#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <penstock/actors/edge_link.hpp>
#include <penstock/actors/expected_times.hpp>
#include <penstock/actors/source_waker.hpp>
#include <penstock/actors/stop_bell.hpp>

namespace spdlog {
class logger;
}

namespace penstock {

class dead_letter_sink;

/// What all actors of a run share. Any thread.
struct run_state {
  std::string graph;
  std::atomic<bool> stopping{false};                    ///< the run is being aborted
  const std::atomic<bool>* stopping_outside = nullptr;  ///< the same, in the process that this one works for
  stop_bell bell;                                       ///< rings when `stopping` becomes true
  std::atomic<bool> draining{false};                    ///< sources should end
  std::atomic<std::int64_t> last_progress{0};           ///< ns; when an item last moved
  expected_times expected;                              ///< until when items may rightly lie still
  dead_letter_sink* dead_letters = nullptr;
  std::uint64_t id = 0;
  std::shared_ptr<spdlog::logger> log;
};

/// What a body may ask of its worker. Valid during the call it was passed to; the worker's thread only.
class worker_context {
 public:
  worker_context(run_state& run, const std::string& stage, unsigned worker)
      : run_{run}, stage_{stage}, worker_{worker} {}

  const std::string& stage_name() const { return stage_; }
  /// Number of this worker in its stage, from 0.
  unsigned worker() const { return worker_; }
  /// Which attempt at the item this is, from 1.
  std::uint32_t attempt() const { return attempt_; }
  /// True once the run is aborted: a long body should return.
  bool stop_requested() const {
    return run_.stopping.load(std::memory_order_relaxed) ||
           (run_.stopping_outside != nullptr && run_.stopping_outside->load(std::memory_order_relaxed));
  }
  /// This stage needs nothing more: upstream is cancelled at once, what waits is thrown away, the run ends
  /// well.
  void stop() { wants_stop_ = true; }
  spdlog::logger& log() { return *run_.log; }

  // For the engine.
  run_state& run() { return run_; }
  void begin_attempt(std::uint32_t attempt) { attempt_ = attempt; }
  bool wants_stop() const { return wants_stop_; }

 private:
  run_state& run_;
  const std::string& stage_;
  unsigned worker_;
  std::uint32_t attempt_ = 1;
  bool wants_stop_ = false;
};

/// What a source's body may ask. The source's thread only.
class source_context {
 public:
  source_context(run_state& run, const std::string& source) : run_{run}, source_{source} {}

  const std::string& source_name() const { return source_; }
  /// True once the run drains or is aborted, or nobody wants more: a source that waits should return
  /// std::nullopt.
  bool stop_requested() const {
    return run_.stopping.load(std::memory_order_relaxed) || run_.draining.load(std::memory_order_relaxed) ||
           outputs_->abandoned();
  }
  /// `return context.not_yet(500ms);` says that there is nothing at the moment, where a plain std::nullopt
  /// would end the stream. The source is asked again after that time, or sooner: once woken, and after every
  /// verdict on one of its jobs. Without a time only these.
  std::nullopt_t not_yet(std::chrono::nanoseconds for_so_long = std::chrono::nanoseconds::max()) {
    pause_ = std::max(for_so_long, std::chrono::nanoseconds{0});
    return std::nullopt;
  }
  /// Besides `not_yet`: more may come only once jobs that are out, here or at others that share the origin,
  /// have their verdicts. Chunks that wait for more items leave short then.
  void needs_verdicts() { needs_verdicts_ = true; }
  /// A function that makes a source which said `not_yet` be asked again. It may be copied, kept and called on
  /// any thread, also after the run.
  std::function<void()> waker() const {
    return [waker = waker_] { waker->wake(); };
  }
  /// How many items the source may hand out by now, before it has to wait for credit or, with `in_flight`,
  /// for verdicts. In a call for an item that one is among them; where the source is not about to be asked
  /// for one, as in most calls of `flush_verdicts`, 0.
  std::uint32_t room() const { return room_; }
  /// The run goes on to its end and loses nothing, and then has failed with `error`.
  void fail_at_end(std::exception_ptr error) { failure_at_end_ = std::move(error); }
  spdlog::logger& log() { return *run_.log; }

  // For the engine.
  run_state& run() { return run_; }
  void set_room(std::uint32_t room) { room_ = room; }
  void gave_one() {
    room_ -= std::min(room_, 1U);
    needs_verdicts_ = false;
  }
  std::exception_ptr take_failure_at_end() { return std::exchange(failure_at_end_, nullptr); }
  void set_outputs(ref<fan_out> outputs) { outputs_ = std::move(outputs); }
  source_waker& woken_by() { return *waker_; }
  /// As `not_yet`, but only verdicts change anything: when none can come any more, that is a deadlock.
  void await_verdict() {
    pause_ = verdicts_only;
    needs_verdicts_ = true;
  }
  bool take_needs_verdicts() { return std::exchange(needs_verdicts_, false); }
  static constexpr std::chrono::nanoseconds verdicts_only{-1};
  bool pauses() const { return pause_.has_value(); }
  std::optional<std::chrono::nanoseconds> take_pause() { return std::exchange(pause_, std::nullopt); }

 private:
  run_state& run_;
  const std::string& source_;
  ref<fan_out> outputs_ = make_ref<fan_out>();
  ref<source_waker> waker_ = make_ref<source_waker>();
  std::optional<std::chrono::nanoseconds> pause_;
  bool needs_verdicts_ = false;
  std::uint32_t room_ = 0;
  std::exception_ptr failure_at_end_;
};

}  // namespace penstock
