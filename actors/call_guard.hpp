#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/piece.hpp>
#include <penstock/actors/scope_token.hpp>

namespace penstock {

/// How long a body may take for one item.
struct time_limit {
  std::int64_t fixed = 0;                       ///< ns; 0: no limit
  std::function<std::int64_t(const void*)> of;  ///< set: asked for each item instead; not above 0: no limit

  explicit operator bool() const { return fixed > 0 || of != nullptr; }
  std::int64_t for_item(const void* item) const { return of ? of(item) : fixed; }
};

/// When a stage looks next whether one of its workers' bodies hangs. A worker that begins a call which ends
/// sooner asks for an earlier look; so nobody looks while nothing is late. Any thread.
class look_out : public ref_counted {
 public:
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  look_out(environment& env, address stage) : env_{env}, stage_{std::move(stage)} {}

  /// Sees to it that the stage looks at `when` (ns) or before.
  void wanted_by(std::int64_t when, std::int64_t now);
  /// Stage: looks now, as it was asked to for `when`. To be called before it looks at the first worker.
  /// False: it looked since, or will look sooner, so this reminder is of no more use.
  bool looking(std::int64_t when) { return next_.compare_exchange_strong(when, never); }

 private:
  environment& env_;
  address stage_;
  std::atomic<std::int64_t> next_{never};
};

/// The call of a body that a worker is in. The stage may give it up once it takes too long: what must outlive
/// the call, as the item's tokens do, lies here and not on the worker's stack. Who is late has lost: a worker
/// whose time is over when its body returns leaves the call to its stage. Any thread.
class call_guard : public ref_counted {
 public:
  struct call {
    piece item;  ///< its number, input and reserved credit; the item itself only if it is needed again
    std::size_t weight = 0;
    lineage tokens;
    ref<token> open_scope;     ///< scatter: of the item's pieces that have gone on
    bool has_outputs = false;  ///< some have gone on
    std::int64_t began = 0;    ///< ns
    std::int64_t deadline = look_out::never;
  };

  explicit call_guard(ref<look_out> watch) : watch_{std::move(watch)} {}
  /// A call that nobody took back or away is lost: worker and stage have come to their ends without it.
  ~call_guard() override;

  /// Worker.
  void begin(call started);
  /// Worker: takes the call back. Nothing: it was given up, or will be.
  std::optional<call> end(std::int64_t now);
  /// Stage: takes the call away if its time is over.
  std::optional<call> give_up(std::int64_t now);
  /// Stage: of the call that is under way.
  std::int64_t deadline() const;

 private:
  ref<look_out> watch_;
  mutable std::mutex mutex_;
  std::optional<call> current_;
};

}  // namespace penstock
