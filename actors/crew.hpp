#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/call_guard.hpp>
#include <penstock/actors/piece_board.hpp>

namespace penstock {

/// The workers of a stage as their stage sees them: who is free, who waits for credit, who is on the way out.
/// Plain data; the stage's thread only.
class crew {
 public:
  struct member {
    unsigned number = 0;
    unsigned slot = 0;                      ///< its place in the pool; a replacement takes the same
    address port{};                         ///< null: it is to be replaced
    unsigned pieces = 0;                    ///< assigned and not yet reported
    bool suspended = false;                 ///< holds a half-done item
    std::uint64_t sequence = 0;             ///< that item's number
    std::uint32_t edge = 0;                 ///< and the input that it came through
    bool retiring = false;                  ///< gets no more work
    bool leaving = false;                   ///< was told to finish
    bool slow = false;                      ///< has been at one piece for long
    std::deque<ref<piece_board>> boards{};  ///< of its pieces, in order, if others may help
    ref<call_guard> guard{};                ///< set: its calls can be given up
    bool restarting = false;                ///< it crashed; gets no work until it is replaced
    bool halting = false;                   ///< it is restarted with its group, through no fault of its own
    bool replaced = false;                  ///< another one was in this place before
    std::uint32_t crashes = 0;              ///< in a row
    std::uint64_t restarts = 0;
    std::string last_error{};
  };

  /// `allowance`: pieces that a worker may hold at a time; two keep it busy while its report travels.
  explicit crew(unsigned allowance) : allowance_{allowance} {}

  member& add(unsigned number, unsigned slot, address port);
  member& at(unsigned number);
  /// Null if there is none of that number.
  member* find(unsigned number);
  unsigned free_slot() const;
  /// The worker has ended.
  void remove(unsigned number);
  /// Those that crashed and wait for their replacement.
  void remove_absent();

  std::vector<member>& members() { return members_; }
  const std::vector<member>& members() const { return members_; }
  bool empty() const { return members_.empty(); }
  unsigned size() const { return static_cast<unsigned>(members_.size()); }
  unsigned staying() const;
  unsigned busy() const;
  void set_allowance(unsigned pieces) { allowance_ = pieces; }

  /// From now on only `wanted` of them get work; the others retire, or those that were about to come back.
  void retire_all_but(unsigned wanted);

  /// The free worker with the fewest pieces, null if none; with `line` the one that serves this line.
  member* free_worker();
  member* free_worker(std::size_t line);
  /// Of those that hold a half-done item the one with the oldest, null if none.
  member* suspended_worker();
  unsigned free_count() const;
  /// Nobody is there to work.
  bool all_restarting() const;
  /// Someone has nothing at all to do.
  bool has_idle() const;

 private:
  bool is_free(const member& m) const {
    return !m.leaving && !m.retiring && !m.restarting && !m.halting && !m.suspended && !m.slow &&
           m.pieces < allowance_;
  }

  unsigned allowance_;
  std::vector<member> members_;
};

}  // namespace penstock
