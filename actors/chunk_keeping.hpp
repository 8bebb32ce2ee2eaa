#pragma once

#include <cstdint>
#include <deque>

#include <penstock/actors/chunk_buffer.hpp>

namespace penstock {

/// What a chunk stage has beside what every stage has.
struct chunk_keeping {
  explicit chunk_keeping(const chunk_plan& plan) : open{plan} {}

  /// Items that are in no chunk yet. They keep their credit.
  struct arrival {
    std::uint32_t edge;
    batch items;
  };

  std::deque<arrival> inbox;
  std::uint64_t waiting = 0;  ///< items in there
  std::uint64_t waiting_bytes = 0;
  chunk_buffer open;
  std::int64_t timer = 0;           ///< ns; the earliest that is set, 0: none
  std::int64_t expected_until = 0;  ///< ns; the time of a chunk that is all that is waited for, 0: none
  bool told_of_room = false;        ///< that chunks leave short because of max_held
};

}  // namespace penstock
