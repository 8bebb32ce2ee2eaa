#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <penstock/actors/unwritten_letter.hpp>
#include <penstock/messages/batch.hpp>
#include <penstock/messages/loss.hpp>
#include <penstock/messages/reserve.hpp>

namespace penstock {

/// A run of items that a worker takes as a whole.
struct piece {
  static constexpr std::uint32_t no_edge = 0xffff'ffff;  ///< for items that came through no input

  batch items;
  std::uint64_t sequence = 0;  ///< number of the first item in its stage's order of arrival
  std::uint32_t edge = 0;      ///< the input that it came through
  std::uint32_t key_slot = 0;  ///< the worker that its keys belong to; keyed stages only
  std::uint32_t attempt = 1;
  std::uint32_t deaths = 0;    ///< processes that ended while they had it in work
  std::uint32_t reserved = 0;  ///< items of downstream credit that are held for it
  std::int64_t arrived = 0;    ///< ns
  bool counted = false;        ///< its wait for a worker is in the figures
  bool confirms = false;       ///< it ends a batch: claiming it tells the producer that the stage keeps up

  /// Takes the first `count` items away; the reserved credit stays.
  piece split_front(std::uint32_t count) {
    piece front;
    front.items = items.split_front(count);
    front.sequence = sequence;
    front.edge = edge;
    front.key_slot = key_slot;
    front.attempt = attempt;
    front.deaths = deaths;
    front.arrived = arrived;
    front.counted = counted;
    sequence += front.items.size();
    return front;
  }
};

/// An item whose body threw. `item` is empty if the body may have changed it.
struct failed_item {
  /// An item that was at work when so many processes ended is taken to be the cause.
  static constexpr std::uint32_t deaths_of_poison = 3;

  batch item;
  std::size_t weight = 0;  ///< what the item weighed when it came in
  std::exception_ptr error;
  bool by_operator = false;  ///< a fused operator threw, not the stage's own body
  std::string operation;     ///< its name
  std::uint32_t attempt = 1;
  std::uint32_t deaths = 0;  ///< attempts in which a process ended
  bool crashed = false;      ///< this one did
  bool hopeless = false;     ///< another try would end alike
};

/// What became of a piece, or of the part of it that was worked on.
struct piece_report : from_reserve {
  std::uint32_t worker = 0;
  std::uint32_t edge = 0;
  std::uint32_t key_slot = 0;
  std::uint64_t sequence = 0;
  std::uint32_t taken = 0;       ///< input items that are settled with this report
  std::size_t taken_weight = 0;  ///< and their weight
  std::uint32_t released = 0;    ///< of the piece's reservation, what is not needed any more
  std::uint32_t skipped = 0;     ///< items that fused operators left out by policy
  batch outputs;
  std::optional<failed_item> failure;     ///< the item after the taken ones
  std::vector<unwritten_letter> letters;  ///< of fused operators
  std::optional<piece> rest;              ///< what was not begun
  bool suspended = false;                 ///< the worker holds a half-done item and waits for `resume`
  bool wants_stop = false;
  std::exception_ptr crash;       ///< the worker's body is lost, whatever became of the items
  bool last = true;               ///< nothing more comes of the piece
  bool ended = false;             ///< the worker has run its last hook
  std::exception_ptr hook_error;  ///< a constructor or hook threw
  bool broke = false;             ///< the worker itself threw: it lost what it had, and the run can't go on
  std::int64_t began = 0;         ///< ns
  std::int64_t finished = 0;

  /// Throws away what it carries. Takes no memory.
  void discard(const loss& reason) {
    outputs.discard(reason);
    if (failure) failure->item.discard(reason);
    if (rest) rest->items.discard(reason);
    for (unwritten_letter& each : letters) each.tokens.flag(reason);
  }
};

}  // namespace penstock
