#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/messages/batch.hpp>

namespace penstock {

/// The items of open chunks, by their type; chunk stages only. Chunks are numbered as they are opened.
class chunk_items {
 public:
  /// Items at the front of a batch that go into one chunk.
  struct run {
    std::uint64_t chunk;
    std::uint32_t count;
  };

  virtual ~chunk_items() = default;
  /// Where the front of `items` goes; opens a chunk where there is none for it. No more items than make a
  /// chunk of `size`. `items` is what is left of the last call's, until that is empty. May throw what the
  /// user's key function throws.
  virtual run front(batch& items, std::uint32_t size) = 0;
  /// Moves the items into the chunk, copies those that are shared.
  virtual void add(std::uint64_t chunk, batch items) = 0;
  /// All that is in the chunk, as one item: a std::vector of them.
  virtual batch close(std::uint64_t chunk) = 0;
  virtual void discard() = 0;
};

/// How a chunk stage reaches a source whose `in_flight` may grow for it.
class growth_link : public ref_counted {
 public:
  address source;
};

/// What a chunk stage is told of its chunks. Immutable.
struct chunk_plan {
  std::uint32_t size = 0;  ///< items of a full chunk; 0: the stage makes no chunks
  std::int64_t delay = 0;  ///< ns from a chunk's first item until it leaves short; 0: it waits for ever
  bool keyed = false;      ///< a chunk per key
  std::uint32_t max_held = 65536;  ///< items in open chunks
  std::uint64_t max_held_bytes = 0;
  std::function<std::unique_ptr<chunk_items>()> make_items;
  std::vector<ref<growth_link>> sources;  ///< whose `in_flight` may grow
};

}  // namespace penstock
