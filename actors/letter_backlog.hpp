#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/unwritten_letter.hpp>
#include <penstock/actors/worker_context.hpp>

namespace penstock {

/// The dead letters of a source or stage that are not written yet, in the order of the failures. Those of a
/// turn are written together. Where there is no room it is stuck: it has its actor look again
/// (`letters_due`), after 100 ms, then after twice as long each time, up to 5 s. The actor's thread only.
class letter_backlog {
 public:
  /// Gets each letter that is written.
  using receiver = std::function<void(unwritten_letter&)>;

  /// `kind`: "stage" or "source", for the log.
  letter_backlog(environment& env, run_state& run, std::string kind, const std::string& name)
      : env_{env}, run_{run}, kind_{std::move(kind)}, name_{name} {}

  bool empty() const { return waiting_.empty(); }
  /// There was no room: nothing new should be begun.
  bool stuck() const { return stuck_; }
  /// Why the letters could not be written.
  const std::string& no_room() const { return no_room_; }
  /// It has as many as are written at a time.
  bool full() const { return !stuck_ && allowance_.spent(); }

  /// Keeps a letter, and numbers it if it has no number.
  void add(unwritten_letter letter);
  /// Writes the letters, unless it is stuck. True if it wrote some. Throws what the sink throws for any other
  /// reason than room; the letter that it was at is gone then, with its token flagged.
  bool write(const address& self, const receiver& written);
  /// The time has come to try again. Throws as `write` does.
  void look_again(const address& self, const receiver& written);
  /// Throws the letters away; the tokens of those that `lost` says are flagged.
  void throw_away(const loss& reason, const std::function<bool(const unwritten_letter&)>& lost);

 private:
  /// Written together at most.
  static constexpr std::size_t most = 512;
  static constexpr std::size_t most_bytes = 4U << 20U;

  bool write_all(const receiver& written);
  std::size_t write_some();
  void give_up_first();

  environment& env_;
  run_state& run_;
  std::string kind_;
  const std::string& name_;
  std::deque<unwritten_letter> waiting_;
  letter_allowance allowance_{most, most_bytes};
  std::uint64_t counted_ = 0;  ///< letters that were numbered here
  bool stuck_ = false;
  std::int64_t delay_ = 0;  ///< ns until the next try
  std::string no_room_;
};

}  // namespace penstock
