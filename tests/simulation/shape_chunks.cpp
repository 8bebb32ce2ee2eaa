#include <algorithm>

#include "dice.hpp"
#include "shape.hpp"

namespace penstock_simulation {

namespace {

/// More than any source makes, and than the usual max_held.
constexpr std::int64_t all_in_flight = 100'000;

bool gets_verdicts(const node& n) {
  return n.source == source_form::acknowledges || n.options.in_flight || n.options.replay;
}

/// Sources behind `n` whose jobs get verdicts: a chunk that waits for more than they have in flight would
/// be refused.
bool tracked(const shape& s, const node& n) {
  if (n.type == node_type::source) return gets_verdicts(n) && n.options.in_flight.value_or(0) < all_in_flight;
  return std::any_of(n.inputs.begin(), n.inputs.end(),
                     [&](int each) { return tracked(s, s.nodes[static_cast<std::size_t>(each)]); });
}

/// Nothing is lost before the run ends, so that nothing is given out again.
bool loses_nothing(const shape& s) {
  return std::all_of(s.nodes.begin(), s.nodes.end(), [](const node& n) {
    return n.faults == 0 && n.stops == 0 && n.broken == hook::none && n.breaks_at == 0 && !n.options.max_held;
  });
}

}  // namespace

void draw_waits(shape& s) {
  dice apart{mix(s.seed, 0x3a17)};
  if (apart.chance(1, 2)) return;
  const bool wide = apart.chance(2, 3);
  for (node& n : s.nodes) {
    if (n.type != node_type::source) continue;
    if (n.source == source_form::acknowledges) {
      n.awaits_verdicts = apart.chance(2, 3);
    } else if (apart.chance(1, 2) && loses_nothing(s)) {
      n.options.replay = apart.between(0, 3);
    }
    if (wide && gets_verdicts(n)) n.options.in_flight = all_in_flight;
  }
}

void draw_chunks(shape& s) {
  dice apart{mix(s.seed, 0xc4c4)};
  if (apart.chance(1, 2)) return;
  for (node& n : s.nodes) {
    if (n.depth > 0 || n.type == node_type::sink || n.type == node_type::scatter) continue;
    if (!apart.chance(1, 4)) continue;
    n.chunks.size = apart.between(1, 12);
    n.chunks.keyed = apart.chance(1, 3);
    const bool waits = n.chunks.size > 1 && tracked(s, n);
    if (waits || apart.chance(1, 2)) n.chunks.delay = 1'000'000 * std::int64_t{apart.between(1, 30)};
    if (n.chunks.delay > 0 && apart.chance(1, 10)) n.chunks.delay *= 10'000;
    if (apart.chance(1, 3)) n.chunks.max_held = n.chunks.size + apart.below(4);
    if (!s.teams.empty() && apart.chance(1, 3)) s.teams.front().stages.push_back(n.chunk_name());
    if (apart.chance(1, 6)) {
      s.deeds.push_back({apart.chance(1, 2) ? deed::what::set_workers : deed::what::set_capacity,
                         apart.below(200), n.chunk_name(), apart.between(1, 4)});
    }
  }
  std::stable_sort(s.deeds.begin(), s.deeds.end(), [](const deed& a, const deed& b) { return a.at < b.at; });
}

}  // namespace penstock_simulation
