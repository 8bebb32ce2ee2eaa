#include <penstock/runtime/letter_groups.hpp>

#include <cstddef>
#include <map>
#include <tuple>

#include <penstock/messages/letter_number.hpp>

namespace penstock {

namespace {

/// Outputs of one item are one input, which all their letters hold. Other numbers are counted by their stage,
/// so that each is its own.
std::uint64_t input_of(const open_letter& letter) {
  const letter_number number{letter.item};
  return number.what() == letter_number::kind::of_output ? number.item() : letter.item;
}

}  // namespace

std::vector<letter_group> group_letters(const std::vector<open_letter>& letters) {
  std::vector<letter_group> groups;
  // Outputs that stand for themselves are numbered by worker: they have no more in common than the number.
  using input = std::tuple<std::string, std::string, std::uint64_t, std::uint64_t, int, std::size_t>;
  std::map<input, std::size_t> place;
  for (const open_letter& each : letters) {
    const auto [known, added] = place.try_emplace(
        {each.run, each.stage, each.job, input_of(each), each.attempt, each.content}, groups.size());
    if (added) groups.push_back({each.stage, {}});
    groups[known->second].ids.push_back(each.id);
  }
  return groups;
}

}  // namespace penstock
