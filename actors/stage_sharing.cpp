#include <utility>

#include <penstock/actors/stage.hpp>

namespace penstock {

namespace {

/// After this long something in a piece takes longer than thought. Those of per_core pools are cut to take up
/// to 10 ms, and one may wait behind another.
std::int64_t long_piece(pool_kind pool) { return pool == pool_kind::per_core ? 30'000'000 : 10'000'000; }
/// Bytes of an item that are moved sooner than a count is shared.
constexpr std::size_t cheap_to_move = 64;
/// Blocking workers whose items are shorter get their next one in advance.
constexpr std::int64_t short_wait = 5'000'000;

}  // namespace

/// Items that may take long: worth a lock per item, so that a slow one blocks nobody but its worker. A lazy
/// body needs room for many outputs at a time.
bool stage::shares_pieces() const {
  return plan_.pool != pool_kind::cooperative && plan_.pool != pool_kind::isolated && !plan_.lazy &&
         !partitioner_;
}

/// Where items are short the round trip between them counts; where they are long none may wait behind
/// another.
void stage::adapt_allowance() {
  const bool waits = plan_.pool == pool_kind::isolated ? !partitioner_
                                                       : plan_.pool == pool_kind::blocking && shares_pieces();
  if (!waits) return;
  crew_.set_allowance(pace_.known() && pace_.mean() < short_wait ? 2 : 1);
}

void stage::assign(crew::member& to, piece work) {
  ++to.pieces;
  if (!shares_pieces()) {
    to.port->post(assign_piece{std::move(work), nullptr});
    return;
  }
  const bool others_wait = work.items.size() > 1 || to.pieces > 1;
  // Workers that take from one slab item by item would pass its reference count to and fro.
  if (!work.items.shared() && work.items.type()->size <= cheap_to_move) work.items.move_apart();
  auto board = make_ref<piece_board>(std::move(work), now_);
  to.boards.push_back(board);
  to.port->post(assign_piece{{}, std::move(board)});
  if (others_wait && !std::exchange(looks_after_, true))
    env_.remind(long_piece(plan_.pool), self_, look_after{});
}

/// What is not begun of a piece goes back to the head of the inbox.
void stage::take_back(piece_board& board, bool keep_first) {
  auto stolen = keep_first ? board.steal_surplus() : board.steal();
  if (!stolen) return;
  // An item that is tried again keeps its credit: later ones may wait for it.
  if (stolen->attempt == 1) outbox_.unreserve(std::exchange(stolen->reserved, 0));
  in_work_ -= places(*stolen);
  work_.put_back(std::move(*stolen));
}

/// The stage wants no more: of what its workers hold only the items that they are at come to their end.
void stage::throw_away_begun(crew::member& of, const loss& reason) {
  for (const auto& board : of.boards) {
    auto stolen = board->steal();
    if (!stolen) continue;
    outbox_.unreserve(stolen->reserved);
    in_work_ -= places(*stolen);
    if (is_lost(stolen->edge)) stolen->items.discard(reason);
  }
}

/// Nothing is left in the inbox: a free worker takes what a busy one has not begun. True if there is work
/// again.
bool stage::help_out() {
  if (!shares_pieces() || !work_.empty() || !crew_.has_idle() || phase_ != phase::running) return false;
  for (crew::member& busy : crew_.members()) {
    for (const auto& board : busy.boards) {
      // Who has just been woken keeps the item that it is about to begin, or it would go from hand to hand.
      take_back(*board, board == busy.boards.front());
      if (!work_.empty()) return true;
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

/// Who is at a piece for long keeps the item that it is at; others get what it has not begun.
void stage::look_after_workers() {
  looks_after_ = false;
  bool at_work = false;
  for (crew::member& each : crew_.members()) {
    if (each.boards.empty()) continue;
    at_work = true;
    if (now_ - each.boards.front()->since() < long_piece(plan_.pool)) continue;
    each.slow = true;
    harvest(each);
    if (phase_ != phase::running) continue;
    for (auto board = each.boards.rbegin(); board != each.boards.rend(); ++board) take_back(**board);
  }
  if (at_work && !std::exchange(looks_after_, true)) env_.remind(long_piece(plan_.pool), self_, look_after{});
}

}  // namespace penstock
