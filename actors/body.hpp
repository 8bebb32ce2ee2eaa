#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <penstock/actors/worker_context.hpp>
#include <penstock/messages/batch.hpp>

namespace penstock {

/// One call of a body: some items in, their outputs out.
struct body_work {
  batch in;                      ///< on return: what is not settled; its first item failed if `error` is set
  std::uint32_t room = 0;        ///< stop taking items once there are so many outputs
  bool keep_items = false;       ///< an item that failed must still be what it was
  bool count_outputs = false;    ///< fill `counts`
  std::uint32_t max_output = 0;  ///< most outputs of an item; 0: any number
  std::uint64_t max_item = 0;    ///< bytes of the heaviest output; 0: any weight
  batch out;
  std::vector<std::uint32_t> counts;  ///< outputs of each settled item; of an unfinished one at the end
  bool one_each = false;              ///< every settled item has one output: `counts` is not needed
  std::exception_ptr error;
  std::exception_ptr crash;  ///< the instance is lost; an item that was at work then has `error` as well
  bool suspended = false;    ///< the first item of `in` has more outputs to give
};

/// A stage's work on items, with the types erased at the granularity of batches. One instance per worker,
/// used by one thread at a time. Nothing but `start`, `finish` and constructors may throw.
class body {
 public:
  virtual ~body() = default;

  /// Calls the user's `on_start`.
  virtual void start(worker_context&) {}
  virtual void run(body_work& work, worker_context& context) = 0;
  /// Calls the user's `on_end`; what it emits is returned.
  virtual batch finish(worker_context&) { return {}; }
  /// Calls the user's `on_stop`.
  virtual void stop(worker_context&) {}

  /// For an instance that may be lost while no call is under way. `tell` asks for `lost` to be called; any
  /// thread may call it until this object has ended. Before `start`.
  virtual void when_lost(std::function<void()>) {}
  /// Why the instance is of no more use. Null: it is.
  virtual std::exception_ptr lost() { return nullptr; }
};

/// One call of a chain of fused operators.
struct chain_work {
  batch in;
  bool count_outputs = false;
  std::uint32_t max_output = 0;  ///< most outputs of an item; 0: any number
  std::uint64_t max_item = 0;    ///< bytes of the heaviest output; 0: any weight
  batch out;
  std::vector<std::uint32_t> counts;  ///< outputs of each item of `in`
};

/// Decides what happens to an item on which a fused operator threw.
class operator_errors {
 public:
  virtual ~operator_errors() = default;
  /// `operation` numbers the chain's operators from 0, `item` the items of the chain's input. True: leave the
  /// item out and go on. False: stop; the outputs so far stay.
  virtual bool skip(std::size_t operation, std::uint32_t item, const std::exception_ptr& error) = 0;
};

/// A chain of fused operators with the types erased at the granularity of batches. One instance per worker.
class chain {
 public:
  virtual ~chain() = default;
  /// Applies the operators to all of `work.in`, which is consumed.
  virtual void apply(chain_work& work, operator_errors& errors) = 0;
};

}  // namespace penstock
