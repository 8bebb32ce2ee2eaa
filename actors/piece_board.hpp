#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include <penstock/actors/piece.hpp>

namespace penstock {

/// A piece of work that its worker takes item by item, so that others can help: the stage may take away what
/// is not begun and what is done while the worker is busy with one long item. For bodies that compute for
/// microseconds and more; the lock costs some 50 ns an item. Any thread.
class piece_board : public ref_counted {
 public:
  /// `since`: when the worker got it, ns.
  explicit piece_board(piece whole, std::int64_t since = 0) : rest_{std::move(whole)}, since_{since} {}
  /// What nobody has taken over is lost: its worker broke.
  ~piece_board() override;

  std::int64_t since() const { return since_; }

  /// Worker: the next item; nothing when none is left.
  std::optional<piece> take();
  /// Worker: what became of it. True if the stage waits for it: harvest at once.
  bool add(piece_report done);

  /// Everything that is done by now and not yet harvested.
  std::vector<piece_report> harvest();
  /// Stage: the piece takes longer than it should; what is done from now on is wanted as it comes.
  void watch();
  /// Stage: all that is not begun.
  std::optional<piece> steal();
  /// The same, but the first item is left to a worker that has not come for it yet.
  std::optional<piece> steal_surplus();

 private:
  piece split_first();
  std::optional<piece> steal_all();

  std::mutex mutex_;
  piece rest_;
  const std::int64_t since_;
  std::vector<piece_report> done_;
  bool watched_ = false;
  bool begun_ = false;
};

}  // namespace penstock
