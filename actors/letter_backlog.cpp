#include <penstock/actors/letter_backlog.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <array>
#include <utility>

#include <penstock/messages/dead_letter.hpp>

namespace penstock {

namespace {

constexpr std::int64_t first_wait = 100'000'000;
constexpr std::int64_t longest_wait = 5'000'000'000;

}  // namespace

void letter_backlog::add(unwritten_letter letter) {
  if (letter.counted) letter.letter.item = letter_number::of(*letter.counted, counted_++).written();
  allowance_.spend(letter);
  waiting_.push_back(std::move(letter));
}

bool letter_backlog::write(const address& self, const receiver& written) {
  if (waiting_.empty() || stuck_) return false;
  const bool some = write_all(written);
  if (waiting_.empty()) return some;
  stuck_ = true;
  delay_ = first_wait;
  env_.post_after(delay_, self, letters_due{});
  if (run_.log) {
    run_.log->warn("graph '{}', {} '{}': takes on nothing new until there is room for a dead letter: {}",
                   run_.graph, kind_, name_, no_room_);
  }
  return some;
}

void letter_backlog::look_again(const address& self, const receiver& written) {
  if (!stuck_) return;
  const bool some = write_all(written);
  if (some) run_.last_progress.store(env_.now(), std::memory_order_relaxed);
  if (waiting_.empty()) {
    stuck_ = false;
    if (run_.log) {
      run_.log->warn("graph '{}', {} '{}': there is room for dead letters again, it goes on", run_.graph,
                     kind_, name_);
    }
    return;
  }
  delay_ = some ? first_wait : std::min(2 * delay_, longest_wait);
  env_.post_after(delay_, self, letters_due{});
}

/// Until there are none, or no room.
bool letter_backlog::write_all(const receiver& written) {
  bool some = false;
  while (!waiting_.empty()) {
    const auto count = write_some();
    if (count == 0) break;
    some = true;
    for (std::size_t i = 0; i < count; ++i) {
      unwritten_letter done = std::move(waiting_.front());
      waiting_.pop_front();
      written(done);
    }
  }
  if (waiting_.empty()) allowance_ = {most, most_bytes};
  return some;
}

/// How many of the first were written; none for want of room.
std::size_t letter_backlog::write_some() {
  std::array<const dead_letter_record*, most> letters;
  std::size_t count = 0;
  letter_allowance allowance{most, most_bytes};
  for (const unwritten_letter& each : waiting_) {
    letters[count++] = &each.letter;
    allowance.spend(each);
    if (allowance.spent()) break;
  }
  try {
    return run_.dead_letters->write_some({letters.data(), count});
  } catch (const dead_letter_error& reason) {
    if (!reason.no_room()) {
      give_up_first();
      throw;
    }
    no_room_ = reason.what();
    return 0;
  } catch (...) {
    give_up_first();
    throw;
  }
}

void letter_backlog::give_up_first() {
  waiting_.front().tokens.flag(kind_ + " '" + name_ + "' could not write a dead letter");
  waiting_.pop_front();
}

void letter_backlog::throw_away(const loss& reason,
                                const std::function<bool(const unwritten_letter&)>& lost) {
  for (unwritten_letter& each : waiting_) {
    if (lost(each)) each.tokens.flag(reason);
  }
  waiting_.clear();
}

}  // namespace penstock
