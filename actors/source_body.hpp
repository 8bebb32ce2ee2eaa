#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include <penstock/actors/untold_verdicts.hpp>
#include <penstock/actors/worker_context.hpp>
#include <penstock/messages/batch.hpp>

namespace penstock {

class environment;

/// Says when a call for items has lasted long enough: it looks at the clock after 1, 2, 4 ... 64 items and
/// from there on goes by what those took.
class fill_timer {
 public:
  fill_timer(const environment& time, std::int64_t began) : time_{time}, began_{began} {}

  /// `made` items so far.
  bool over(std::uint32_t made) {
    if (made < next_look_) return false;
    return look(made);
  }

 private:
  bool look(std::uint32_t made);

  const environment& time_;
  std::int64_t began_;
  std::uint32_t next_look_ = 1;
  bool fixed_ = false;
};

/// One call for items of a source.
struct fill_work {
  std::uint32_t most = 1;  ///< items at most
  fill_timer timer;
  std::uint64_t first_job = 0;  ///< acknowledging sources: number of the first item's delivery
  std::uint64_t max_item = 0;   ///< bytes of the heaviest item; 0: any weight
  batch out;
  bool ended = false;        ///< there will be no more
  std::exception_ptr error;  ///< the source threw; `out` is what it made before
};

/// What a source does, with the item's type erased at the granularity of batches. The source's thread only,
/// save for `extend_open`.
class source_body {
 public:
  virtual ~source_body() = default;

  virtual void start(source_context&) {}
  /// Makes items until there are `most`, or until some 50 us have passed.
  virtual void fill(fill_work& work, source_context& context) = 0;
  /// The verdict on a delivery. May throw.
  virtual void settle(std::uint64_t job, bool flagged, const std::string& reason) = 0;
  /// The same for one of which something was thrown away, but only because a stage needed no more.
  virtual void settle_unwanted(std::uint64_t job, const std::string& reason) { settle(job, true, reason); }
  /// Refuses all deliveries that have no verdict yet: nobody will bring one. Throws what the last of those
  /// that failed threw.
  virtual void refuse_open(const std::string&) {}
  /// How many items it could make without waiting for its origin. A source that may wait makes no more at a
  /// time, and one at least.
  virtual std::uint32_t at_hand() const { return 0; }
  /// Called after every run of verdicts: tells its origin those that were not told at once. When to call
  /// again; nothing: none is owed, or it is asked for items next and tells them then.
  virtual std::optional<std::chrono::nanoseconds> flush_verdicts(source_context&) { return std::nullopt; }
  /// Verdicts of which its origin has not heard, and after `stop` never will.
  virtual untold_verdicts untold() const { return {}; }
  virtual void stop(source_context&) {}
  /// The run drains: no new items. False: there may be old ones to give once more, until `fill` says that it
  /// has ended.
  virtual bool drain() { return true; }

  /// How long a delivery is the source's if nobody extends that; 0: for ever.
  virtual std::chrono::nanoseconds lease() const { return {}; }
  /// Extends the lease of every delivery that has no verdict yet. Called on another thread, at any time
  /// between `start` and `stop`. Throws what the last of those that failed threw.
  virtual void extend_open() {}
};

}  // namespace penstock
