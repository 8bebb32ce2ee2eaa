#include <algorithm>
#include <utility>

#include <penstock/actors/stage.hpp>

namespace penstock {

namespace {

/// How long a stage may run bodies in one turn before others get theirs.
constexpr std::int64_t turn_limit = 1'000'000;
/// Pieces longer than this are cut so that all workers get some.
constexpr std::int64_t worth_sharing = 20'000;

}  // namespace

void stage::pump() {
  const auto began = now_;
  adapt_allowance();
  outbox_.flush(false);
  while (resume_suspended() || start_next() || help_out() || feed_chunks()) {
    if (inline_worker_) outbox_.flush(false);
    if (phase_ != phase::running || failed_) return;
    if (now_ - began > turn_limit) {
      again_ = true;
      return;
    }
  }
}

/// What a piece adds to the items in work. A scatter's item that is tried again has kept its place among the
/// open jobs.
std::int64_t stage::places(const piece& work) const {
  return plan_.scatter && work.attempt > 1 ? 0 : work.items.size();
}

/// Scatter: how many items may be started without opening too many jobs.
std::int64_t stage::admissible(std::int64_t room) const {
  if (!plan_.scatter || plan_.scatter->over.load()) return room;
  return std::min<std::int64_t>(room, plan_.max_open - plan_.scatter->open.load() - in_work_);
}

/// Room for the outputs of an item. All that is parked waits for the oldest one and goes out after it, so
/// that one may use the credit that is kept for the others.
std::int64_t stage::room_for(std::uint64_t sequence) const {
  return outbox_.room(parked_ > 0 && sequence == reorder_.next() ? parked_ : 0);
}

bool stage::resume_suspended() {
  if (letters_.stuck()) return false;
  crew::member* const suspended = inline_worker_ ? nullptr : crew_.suspended_worker();
  if (suspended == nullptr && !(inline_worker_ && inline_worker_->suspended())) return false;
  const auto at = inline_worker_ ? inline_worker_->sequence() : suspended->sequence;
  const auto room = std::min<std::int64_t>(room_for(at), std::max<std::uint32_t>(1, plan_.capacity / 4));
  if (room <= 0) return false;
  outbox_.reserve(room);
  if (inline_worker_) {
    const auto start = now_;
    piece_report report = inline_worker_->resume(static_cast<std::uint32_t>(room), inline_halting_);
    now_ = env_.now();
    meter_.advance(now_, 1, 0, 1);
    report.began = start;
    report.finished = now_;
    settle(report);
  } else {
    suspended->suspended = false;
    ++suspended->pieces;
    suspended->port->post(resume_worker{static_cast<std::uint32_t>(room), suspended->halting});
  }
  return true;
}

bool stage::start_next() {
  if (inline_halting_ && inline_worker_) {
    // It is replaced, at the beginning of a turn, before it begins anything more.
    again_ = again_ || !inline_worker_->suspended();
    return false;
  }
  if (work_.empty() || keys_move() || letters_.stuck() || (inline_worker_ && inline_worker_->suspended()))
    return false;
  for (std::size_t line = 0; line < work_.lines(); ++line) {
    if (work_.empty(line) || line_held_[line]) continue;
    const piece& head = work_.front(line);
    const bool reserved = head.reserved > 0;
    const auto room = admissible(room_for(head.sequence));
    if (room <= 0 && !reserved) continue;
    crew::member* to = nullptr;
    if (!inline_worker_) {
      to = partitioner_ ? crew_.free_worker(line) : crew_.free_worker();
      if (to == nullptr) continue;
    }
    piece work = work_.take(line, piece_size(line, room));
    claimed(work);
    if (!reserved) {
      std::int64_t needed = work.items.size();
      if (plan_.one_to_many && !shares_pieces()) {
        const auto share = room / std::max<std::int64_t>(1, crew_.free_count());
        needed = std::clamp<std::int64_t>(share, 1, std::max<std::uint32_t>(1, plan_.capacity / 4));
      }
      needed = std::min(needed, room);
      work.reserved = static_cast<std::uint32_t>(needed);
      outbox_.reserve(needed);
    }
    if (!std::exchange(work.counted, true)) meter_.queue_wait.record(now_ - work.arrived, work.items.size());
    in_work_ += places(work);
    if (inline_worker_) {
      run_inline(std::move(work));
    } else {
      assign(*to, std::move(work));
    }
    return true;
  }
  return false;
}

std::uint32_t stage::piece_size(std::size_t line, std::int64_t room) const {
  if (plan_.limit && !shares_pieces()) return 1;  // what is behind an item that hangs could not be had
  auto size = std::max<std::int64_t>(1, plan_.one_to_many && !plan_.scatter && !shares_pieces()
                                            ? pace_.suggestion()
                                            : std::min<std::int64_t>(pace_.suggestion(), room));
  if (!inline_worker_ && pace_.mean() * size > worth_sharing) {
    const auto fair = work_.items(line) / std::max<std::int64_t>(1, 2 * crew_.staying()) + 1;
    size = std::min(size, std::max(fair, worth_sharing / std::max<std::int64_t>(1, pace_.mean())));
  }
  return static_cast<std::uint32_t>(std::max<std::int64_t>(1, size));
}

void stage::run_inline(piece work) {
  const auto start = now_;
  piece_report report = inline_worker_->run(std::move(work));
  now_ = env_.now();
  meter_.advance(now_, 1, 0, 1);
  report.began = start;
  report.finished = now_;
  settle(report);
}

}  // namespace penstock
