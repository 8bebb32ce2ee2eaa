#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

#include <penstock/runtime/snapshot.hpp>

namespace penstock {

/// The room that a terminal has, in characters.
struct terminal_size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// How a run stands, for a terminal of that size: a headline and a line per stage, no line wider than the
/// terminal and fewer lines than it has rows (the last one then says how many stages it left out). Lines end
/// in '\n'.
std::string progress_text(const run_snapshot& run, terminal_size size);

/// Shows the progress of a run on a terminal, redrawn in place; does nothing on a file or pipe. It has no
/// thread: whoever owns it calls `show` when there is something new. One thread at a time. Failed writes are
/// ignored.
class progress_display {
 public:
  /// Draws on `out` if that is a terminal, whose size is asked at each drawing. The stream must outlive the
  /// display.
  explicit progress_display(std::FILE* out);

  /// Draws on any stream, for a terminal of that size.
  progress_display(std::FILE* out, terminal_size size);

  progress_display(const progress_display&) = delete;
  progress_display& operator=(const progress_display&) = delete;

  /// Takes the lines away.
  ~progress_display();

  bool active() const { return active_; }

  /// Replaces what was shown before.
  void show(const run_snapshot& run);

  /// Takes the lines away, so that others can write; the next `show` draws anew below.
  void clear();

 private:
  void write(const std::string& text);

  std::FILE* out_;
  terminal_size size_;
  bool active_;
  bool ask_size_;
  std::size_t lines_ = 0;  ///< drawn above the cursor
};

}  // namespace penstock
