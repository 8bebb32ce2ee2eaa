#include <utility>

#include <penstock/actors/stage.hpp>

namespace penstock {

namespace {

/// A piece is cut to take a millisecond and may wait behind another; after this long something in it takes longer
/// than thought.
constexpr std::int64_t long_piece = 4'000'000;

}  // namespace

/// Long computations of one item each: worth a lock per item, so that a slow one blocks nobody but its
/// worker.
bool stage::shares_pieces() const {
  return plan_.pool == pool_kind::per_core && !plan_.one_to_many && !partitioner_;
}

void stage::assign(crew::member& to, piece work) {
  ++to.pieces;
  if (!shares_pieces()) {
    to.port->post(assign_piece{std::move(work), nullptr});
    return;
  }
  const bool several = work.items.size() > 1;
  auto board = make_ref<piece_board>(std::move(work), now_);
  to.boards.push_back(board);
  to.port->post(assign_piece{{}, std::move(board)});
  if (several && !std::exchange(looks_after_, true)) env_.remind(long_piece, self_, look_after{});
}

/// Nothing is left in the inbox: a free worker takes what a busy one has not begun. True if there is work
/// again.
bool stage::help_out() {
  if (!shares_pieces() || !work_.empty() || !crew_.has_idle() || phase_ != phase::running) return false;
  for (crew::member& busy : crew_.members()) {
    for (const auto& board : busy.boards) {
      auto stolen = board->steal();
      if (!stolen) continue;
      outbox_.unreserve(stolen->reserved);
      stolen->reserved = 0;
      in_work_ -= stolen->items.size();
      work_.push_front(std::move(*stolen));
      return true;
    }
  }
  return false;
}

/// Takes over what the worker has finished of pieces that it still works on.
void stage::harvest(crew::member& from) {
  std::vector<piece_report> done;
  for (const auto& board : from.boards) {
    board->watch();
    for (piece_report& each : board->harvest()) done.push_back(std::move(each));
  }
  for (piece_report& each : done) {
    each.last = false;
    settle(each);
  }
}

void stage::look_after_workers() {
  looks_after_ = false;
  bool at_work = false;
  for (crew::member& each : crew_.members()) {
    if (each.boards.empty()) continue;
    at_work = true;
    if (now_ - each.boards.front()->since() >= long_piece) harvest(each);
  }
  if (at_work && !std::exchange(looks_after_, true)) env_.remind(long_piece, self_, look_after{});
}

}  // namespace penstock
