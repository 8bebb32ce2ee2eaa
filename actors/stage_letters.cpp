#include <spdlog/logger.h>

#include <algorithm>
#include <string>
#include <utility>

#include <penstock/actors/operator_runner.hpp>
#include <penstock/actors/stage.hpp>
#include <penstock/messages/dead_letter.hpp>

namespace penstock {

namespace {

/// How long a stage waits before it looks for room again: twice as long each time.
constexpr std::int64_t first_wait = 100'000'000;
constexpr std::int64_t longest_wait = 5'000'000'000;

}  // namespace

/// The item is given up: it lets go of its token as soon as its letter is written. Where there is no room for
/// the letter, the item is kept and the stage takes on nothing new.
void stage::bury(unwritten_letter letter) {
  const bool holding = !letters_.empty();
  // Letters are written in the order of the failures.
  if (!holding && write_letter(letter)) return;
  if (failed_) return;
  letter.failure.item.move_apart();
  letters_.push_back(std::move(letter));
  if (holding) return;
  letters_delay_ = first_wait;
  env_.post_after(letters_delay_, self_, letters_due{});
  if (run_.log) {
    run_.log->warn("graph '{}', stage '{}': takes on nothing new until there is room for a dead letter: {}",
                   run_.graph, plan_.stage, no_room_);
  }
}

/// False if there is no room for it, or if the run fails over it.
bool stage::write_letter(unwritten_letter& letter) {
  failed_item& failure = letter.failure;
  try {
    const token* of = failure.item.tokens().at(0);
    write_dead_letter(run_,
                      {plan_.stage, {}, of == nullptr ? 0 : of->job(), letter.sequence, failure.attempt},
                      plan_.codec, failure.item.item(0), failure.error);
  } catch (const dead_letter_error& reason) {
    if (!reason.no_room()) lose(letter);
    no_room_ = reason.what();
    return false;
  } catch (...) {
    lose(letter);
    return false;
  }
  ++meter_.dead_letters;
  failure.item.clear();
  finish_items(letter.sequence, {{}, letter.edge, 1, failure.weight});
  return true;
}

/// To be called while the exception that says why is handled.
void stage::lose(unwritten_letter& letter) {
  const auto error = std::current_exception();
  letter.failure.item.discard("stage '" + plan_.stage + "' could not write a dead letter");
  fail_run(error, {});
}

/// There may be room by now.
void stage::write_letters() {
  if (letters_.empty() || failed_) return;
  std::size_t written = 0;
  while (!letters_.empty() && write_letter(letters_.front())) {
    letters_.pop_front();
    ++written;
  }
  if (failed_) return;
  if (written > 0) run_.last_progress.store(now_, std::memory_order_relaxed);
  if (letters_.empty()) {
    if (run_.log) {
      run_.log->warn("graph '{}', stage '{}': there is room for dead letters again, it goes on", run_.graph,
                     plan_.stage);
    }
    return;
  }
  letters_delay_ = written > 0 ? first_wait : std::min(2 * letters_delay_, longest_wait);
  env_.post_after(letters_delay_, self_, letters_due{});
}

void stage::throw_away_letters(const std::string& reason) {
  for (unwritten_letter& each : letters_) {
    if (is_lost(each.edge)) each.failure.item.discard(reason);
  }
  letters_.clear();
}

}  // namespace penstock
