#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <penstock/actors/message.hpp>
#include <penstock/messages/ref.hpp>

namespace penstock {

/// What an actor wants after a turn.
enum class after_turn {
  wait,   ///< nothing to do until the next message
  again,  ///< more to do at once; others get their turn first
  done,   ///< the actor has ended; what is still posted to it is dropped
};

/// The behaviour of an actor, free of the framework that runs it. One thread at a time calls it.
class actor_logic {
 public:
  virtual ~actor_logic() = default;

  /// Takes note of one message. Must not throw.
  virtual void receive(message& m) = 0;

  /// Called after every run of messages: does what there is to do. Must not throw.
  virtual after_turn turn() = 0;

  /// One of the two threw all the same, as there was no memory or by a mistake in here: what it was at is
  /// half done. Sees to it that the run fails, and that this actor ends in good order; by default the process
  /// ends.
  virtual void broke(const std::exception_ptr&) noexcept { std::terminate(); }
};

/// Where an actor's turns run.
enum class lane {
  scheduler,  ///< on the actor framework's scheduler: returns within about a millisecond
  thread,     ///< on a thread of its own: may block
  control,    ///< on the one control thread, which runs no user code
};

/// The receiving end of an actor. Any thread may post; messages of one sender arrive in order.
class mailbox : public ref_counted {
 public:
  /// Takes memory from the reserve if there is no other, so that it does not throw.
  virtual void post(message m) = 0;
};

using address = ref<mailbox>;

/// An actor whose turn goes on and on, and when (ns) that was noticed first.
struct long_turn {
  std::string actor;
  std::int64_t since = 0;
};

/// Everything the actors need of the outside world; simulation replaces all of it.
class environment {
 public:
  virtual ~environment() = default;

  /// Makes an actor; its first turn comes with its first message. `name` is for logs and debuggers.
  virtual address spawn(std::unique_ptr<actor_logic> logic, lane where, const std::string& name) = 0;

  /// Nanoseconds on a clock that never goes back.
  virtual std::int64_t now() const = 0;

  /// Posts `m` to `to` once `delay` nanoseconds have passed.
  virtual void post_after(std::int64_t delay, address to, message m) = 0;

  /// The same, for a reminder that does not count as something that may still happen.
  virtual void remind(std::int64_t delay, address to, message m) = 0;

  /// From now on, until `stop_expecting`, something from outside may come: the run is not quiet.
  virtual void expect() = 0;
  virtual void stop_expecting() = 0;

  virtual std::uint64_t random() = 0;

  /// Calls `idle` (on any thread) whenever no actor but those of the control lane runs or has messages and no
  /// timer is set: nothing can happen any more. Set before the first message is posted.
  virtual void when_quiet(std::function<void()> idle) = 0;
  virtual bool quiet() const = 0;

  /// Actors of the scheduler lane that have been in one turn for `limit` ns and more, each turn once. To be
  /// called about twice within a limit.
  virtual std::vector<long_turn> look_for_long_turns(std::int64_t limit) = 0;
  /// All that were found and have not come back.
  virtual std::vector<long_turn> long_turns() const = 0;

  /// Waits up to `wait` ns for the threads of ended actors; returns how many a body still holds.
  virtual std::size_t lost_threads(std::int64_t wait) = 0;
  /// The run is over: its timers mean nothing any more.
  virtual void run_ended() {}
  /// Some body will never return: ending must not wait for it.
  virtual void give_up() = 0;
};

}  // namespace penstock
