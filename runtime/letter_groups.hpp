#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace penstock {

/// A letter that was not replayed yet, and which input of its stage it came of.
struct open_letter {
  std::int64_t id = 0;
  std::string run;
  std::uint64_t job = 0;
  std::string stage;
  std::uint64_t item = 0;  ///< see letter_number
  int attempt = 0;
  std::size_t content = 0;  ///< hash of the item as it is written
};

/// Ids of letters that one input of a stage left: it is given to the stage once for all of them.
struct letter_group {
  std::string stage;
  std::vector<std::int64_t> ids;
};

/// The groups stand in the order of their first letters, and so do the letters in each.
std::vector<letter_group> group_letters(const std::vector<open_letter>& letters);

}  // namespace penstock
