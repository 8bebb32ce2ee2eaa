#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <penstock/messages/dead_letter.hpp>
#include <penstock/messages/letter_number.hpp>
#include <penstock/messages/lineage.hpp>

namespace penstock {

/// A dead letter that is not written yet. It holds its item's token, so that the job is not done before the
/// letter is written.
struct unwritten_letter {
  dead_letter_record letter;
  lineage tokens;
  std::optional<letter_number::kind> counted{};  ///< set: its number is yet to be given

  // Where the item is that its stage gives up with this letter.
  std::uint32_t edge = 0;      ///< the input that it came through
  bool settles_item = false;   ///< false: it is a fused operator's, and its item is settled already
  std::uint64_t sequence = 0;  ///< the item's place in the stage's order of arrival
  std::size_t weight = 0;      ///< what it weighed when it came in

  /// About as many as it takes in a file.
  std::size_t bytes() const {
    constexpr std::size_t of_the_rest = 200;
    return letter.archive.size() + letter.json.size() + letter.exception_text.size() + of_the_rest;
  }
};

/// How many letters may be made before they are to be written: so many, or of so many bytes.
class letter_allowance {
 public:
  letter_allowance(std::size_t letters, std::size_t bytes) : letters_{letters}, bytes_{bytes} {}

  void spend(const unwritten_letter& made) {
    letters_ -= letters_ > 0 ? 1 : 0;
    bytes_ -= bytes_ < made.bytes() ? bytes_ : made.bytes();
  }
  bool spent() const { return letters_ == 0 || bytes_ == 0; }

 private:
  std::size_t letters_;
  std::size_t bytes_;
};

/// What a worker may make before it hands them to its stage.
inline letter_allowance worker_allowance() { return {64, 1U << 20U}; }

}  // namespace penstock
