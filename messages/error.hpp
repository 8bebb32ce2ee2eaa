#pragma once

#include <stdexcept>

namespace penstock {

/// Base of all exceptions that penstock itself throws. The text names graph, stage and value, and says what
/// to do.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The graph can't run: an input that nothing reads, a name used twice, a cycle.
class graph_error : public error {
 public:
  using error::error;
};

/// An option or a setting has a value that its stage, or the run, can't take.
class option_error : public error {
 public:
  using error::error;
};

/// Actors of a run wait for each other in a circle; the text names the circle.
class deadlock_error : public error {
 public:
  using error::error;
};

/// Nothing moved in a run for longer than the limit that was set.
class inactivity_error : public error {
 public:
  using error::error;
};

/// A body took longer for an item than `timeout` allows. The item's failure; a policy may name it.
class timeout_error : public error {
 public:
  using error::error;
};

/// The process of an isolated worker ended while it had the item in work; the text says how, with a stack
/// where one could be had. The item's failure, once that has happened three times.
class crash_error : public error {
 public:
  using error::error;
};

/// The workers of a stage crashed more often than `restarts` allows; the text has the last crash.
class restarts_error : public error {
 public:
  using error::error;
};

/// An item of a source with `replay` was refused more often than that allows; the text has the last reason.
class replay_error : public error {
 public:
  using error::error;
};

/// The run was told to abort before its end.
class aborted_error : public error {
 public:
  using error::error;
};

/// Bytes that are not an item of the type asked for, or an item that can't be written down.
class codec_error : public error {
 public:
  using error::error;
};

/// A gather holds more pieces of one job than `max_held` allows.
class held_error : public error {
 public:
  using error::error;
};

}  // namespace penstock
