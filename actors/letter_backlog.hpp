#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/unwritten_letter.hpp>
#include <penstock/actors/worker_context.hpp>

namespace penstock {

/// The dead letters of a source or stage for which there is no room, in the order of the failures. While
/// there are any it has its actor look again (`letters_due`): after 100 ms, then after twice as long each
/// time, up to 5 s. The actor's thread only.
class letter_backlog {
 public:
  /// `kind`: "stage" or "source", for the log.
  letter_backlog(environment& env, run_state& run, std::string kind, const std::string& name)
      : env_{env}, run_{run}, kind_{std::move(kind)}, name_{name} {}

  bool empty() const { return waiting_.empty(); }
  /// Why the letters could not be written.
  const std::string& no_room() const { return no_room_; }

  /// Writes the letter, or keeps it where there is no room, or where others wait already. True if it is
  /// written. Throws what the sink throws for any other reason; the letter is the caller's then.
  bool offer(unwritten_letter& letter, const address& self);
  /// Keeps a letter that found no room.
  void keep(unwritten_letter letter, const address& self);
  /// Tries again and passes on what is written. Throws what the sink throws for any other reason than room;
  /// the letter that it was at is gone then, with its token flagged.
  void look_again(const address& self, const std::function<void(unwritten_letter&)>& written);
  /// Throws the letters away; the tokens of those that `lost` says are flagged.
  void throw_away(const loss& reason, const std::function<bool(const unwritten_letter&)>& lost);

 private:
  bool write(unwritten_letter& letter);

  environment& env_;
  run_state& run_;
  std::string kind_;
  const std::string& name_;
  std::deque<unwritten_letter> waiting_;
  std::int64_t delay_ = 0;  ///< ns until the next try
  std::string no_room_;
};

}  // namespace penstock
