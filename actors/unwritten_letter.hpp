#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <penstock/messages/dead_letter.hpp>
#include <penstock/messages/lineage.hpp>

namespace penstock {

/// A dead letter for which there was no room. It holds its item's token, so that the job is not done before
/// the letter is written.
struct unwritten_letter {
  dead_letter_record letter;
  lineage tokens;
  std::string no_room;  ///< why it could not be written

  // Where the item is that its stage gives up with this letter.
  std::uint32_t edge = 0;      ///< the input that it came through
  bool settles_item = false;   ///< false: it is a fused operator's, and its item is settled already
  std::uint64_t sequence = 0;  ///< the item's place in the stage's order of arrival
  std::size_t weight = 0;      ///< what it weighed when it came in
};

}  // namespace penstock
