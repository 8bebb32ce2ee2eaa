#include <penstock/messages/nearest_name.hpp>

#include <algorithm>
#include <array>
#include <numeric>

namespace penstock {

namespace {

constexpr std::size_t longest = 64;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, longest);
  b = b.substr(0, longest);
  // Distances of what was read of `a` to every beginning of `b`.
  std::array<std::size_t, longest + 1> distance{};
  std::iota(distance.begin(), distance.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = distance[0];
    distance[0] = i + 1;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t exchanged = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = distance[k + 1];
      distance[k + 1] = std::min({exchanged, distance[k] + 1, distance[k + 1] + 1});
    }
  }
  return distance[b.size()];
}

const std::string* nearest_name(std::string_view wanted, std::span<const std::string> candidates) {
  const auto nearest = std::min_element(candidates.begin(), candidates.end(),
                                        [&](const std::string& left, const std::string& right) {
                                          return edit_distance(wanted, left) < edit_distance(wanted, right);
                                        });
  return nearest == candidates.end() ? nullptr : &*nearest;
}

}  // namespace penstock
