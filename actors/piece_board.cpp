#include <penstock/actors/piece_board.hpp>

#include <utility>

namespace penstock {

namespace {

/// True if `next` follows `before` without anything that must be looked at on its own.
bool joins(const piece_report& before, const piece_report& next) {
  return !before.failure && !next.failure && !before.rest && !next.rest && !before.wants_stop &&
         !next.wants_stop && !before.hook_error && before.sequence + before.taken == next.sequence;
}

}  // namespace

piece_board::~piece_board() {
  const loss reason{"its worker was lost"};
  for (piece_report& each : done_) each.discard(reason);
  rest_.items.discard(reason);
}

std::optional<piece> piece_board::take() {
  const std::lock_guard lock{mutex_};
  if (rest_.items.empty()) return std::nullopt;
  begun_ = true;
  return split_first();
}

piece piece_board::split_first() {
  piece one = rest_.split_front(1);
  one.reserved = 1;
  --rest_.reserved;
  return one;
}

bool piece_board::add(piece_report done) {
  const std::lock_guard lock{mutex_};
  if (done_.empty() || !joins(done_.back(), done)) {
    done_.push_back(std::move(done));
    return watched_;
  }
  piece_report& last = done_.back();
  last.taken += done.taken;
  last.taken_weight += done.taken_weight;
  last.released += done.released;
  last.skipped += done.skipped;
  for (unwritten_letter& each : done.letters) last.letters.push_back(std::move(each));
  last.outputs.append(std::move(done.outputs));
  last.finished = done.finished;
  return watched_;
}

void piece_board::watch() {
  const std::lock_guard lock{mutex_};
  watched_ = true;
}

std::vector<piece_report> piece_board::harvest() {
  const std::lock_guard lock{mutex_};
  return std::exchange(done_, {});
}

std::optional<piece> piece_board::steal_surplus() {
  const std::lock_guard lock{mutex_};
  if (begun_) return steal_all();
  if (rest_.items.size() <= 1) return std::nullopt;
  piece first = split_first();
  auto stolen = steal_all();
  rest_ = std::move(first);
  return stolen;
}

std::optional<piece> piece_board::steal() {
  const std::lock_guard lock{mutex_};
  return steal_all();
}

std::optional<piece> piece_board::steal_all() {
  if (rest_.items.empty()) return std::nullopt;
  return std::exchange(rest_, piece{});
}

}  // namespace penstock
