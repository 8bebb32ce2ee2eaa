#include <penstock/actors/letter_backlog.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <utility>

#include <penstock/messages/dead_letter.hpp>

namespace penstock {

namespace {

constexpr std::int64_t first_wait = 100'000'000;
constexpr std::int64_t longest_wait = 5'000'000'000;

}  // namespace

bool letter_backlog::offer(unwritten_letter& letter, const address& self) {
  if (waiting_.empty()) {
    if (write(letter)) return true;
  } else {
    letter.no_room = no_room_;
  }
  keep(std::move(letter), self);
  return false;
}

void letter_backlog::keep(unwritten_letter letter, const address& self) {
  const bool first = waiting_.empty();
  no_room_ = letter.no_room;
  waiting_.push_back(std::move(letter));
  if (!first) return;
  delay_ = first_wait;
  env_.post_after(delay_, self, letters_due{});
  if (run_.log) {
    run_.log->warn("graph '{}', {} '{}': takes on nothing new until there is room for a dead letter: {}",
                   run_.graph, kind_, name_, no_room_);
  }
}

/// False if there is no room for it.
bool letter_backlog::write(unwritten_letter& letter) {
  try {
    run_.dead_letters->write(letter.letter);
    return true;
  } catch (const dead_letter_error& reason) {
    if (!reason.no_room()) throw;
    letter.no_room = reason.what();
    return false;
  }
}

void letter_backlog::look_again(const address& self, const std::function<void(unwritten_letter&)>& written) {
  if (waiting_.empty()) return;
  bool some = false;
  while (!waiting_.empty()) {
    try {
      if (!write(waiting_.front())) break;
    } catch (...) {
      waiting_.front().tokens.flag(kind_ + " '" + name_ + "' could not write a dead letter");
      waiting_.pop_front();
      throw;
    }
    unwritten_letter done = std::move(waiting_.front());
    waiting_.pop_front();
    some = true;
    written(done);
  }
  if (some) run_.last_progress.store(env_.now(), std::memory_order_relaxed);
  if (waiting_.empty()) {
    if (run_.log) {
      run_.log->warn("graph '{}', {} '{}': there is room for dead letters again, it goes on", run_.graph,
                     kind_, name_);
    }
    return;
  }
  no_room_ = waiting_.front().no_room;
  delay_ = some ? first_wait : std::min(2 * delay_, longest_wait);
  env_.post_after(delay_, self, letters_due{});
}

void letter_backlog::throw_away(const loss& reason,
                                const std::function<bool(const unwritten_letter&)>& lost) {
  for (unwritten_letter& each : waiting_) {
    if (lost(each)) each.tokens.flag(reason);
  }
  waiting_.clear();
}

}  // namespace penstock
