#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include <penstock/actors/chunk_plan.hpp>
#include <penstock/messages/batch.hpp>

namespace penstock {

/// Why a chunk leaves.
enum class chunk_end {
  full,       ///< it has all its items
  delay,      ///< its first item has waited long enough
  room,       ///< the oldest one goes, as there is no room for more items (max_held)
  of_stream,  ///< nothing more comes
  verdicts,   ///< nothing more comes before a job has its verdict, which may be one that lies in a chunk
};

/// A chunk that leaves, as one item with one token.
struct made_chunk {
  batch item;
  chunk_end why = chunk_end::full;
  std::int64_t way = 0;  ///< ns; the longest that one of its items took from its source to here
};

/// The open chunks of a stage: one, or one per key. Holds items and their tokens until a chunk is full, too
/// old, or has to make room; never more than `max_held` items, nor, save for an item that is heavier alone,
/// `max_held_bytes`. Plain data; the stage's thread only.
class chunk_buffer {
 public:
  explicit chunk_buffer(const chunk_plan& plan) : plan_{plan}, items_{plan.make_items()} {}

  /// Takes items off the front of `from` until a chunk leaves; nothing: all are in. `now` in ns. Throws what
  /// the key function or a copy constructor throws; the items that it was at are gone then, their tokens
  /// flagged.
  std::optional<made_chunk> take(batch& from, std::int64_t now);
  /// The oldest chunk, if its time is over.
  std::optional<made_chunk> take_due(std::int64_t now);
  /// The oldest chunk; nothing: there is none.
  std::optional<made_chunk> take_oldest(chunk_end why);
  /// When (ns) the oldest chunk's time is over; nothing: no chunk waits for its time.
  std::optional<std::int64_t> next_due() const;

  bool empty() const { return open_.empty(); }
  std::size_t open() const { return open_.size(); }  ///< chunks
  std::uint64_t held() const { return held_; }       ///< items
  std::uint64_t held_bytes() const { return held_bytes_; }
  std::uint32_t oldest_size() const { return open_.empty() ? 0 : open_.front().count; }

  /// Throws all away; flags the tokens first if `lost`.
  void discard(const loss& reason, bool lost);

 private:
  struct chunk {
    std::uint64_t number;
    std::int64_t began;  ///< ns; when its first item came
    std::uint32_t count = 0;
    std::uint64_t bytes = 0;
    std::int64_t way = 0;
    lineage tokens{};
  };
  using place = std::list<chunk>::iterator;

  std::uint32_t fitting(batch& from, std::uint32_t wanted) const;
  void add(chunk& to, batch part, std::int64_t now);
  made_chunk leave(place of, chunk_end why);

  const chunk_plan& plan_;
  std::unique_ptr<chunk_items> items_;
  std::list<chunk> open_;  ///< the oldest first
  std::unordered_map<std::uint64_t, place> by_number_;
  std::uint64_t held_ = 0;
  std::uint64_t held_bytes_ = 0;
};

}  // namespace penstock
