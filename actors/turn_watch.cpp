#include <penstock/actors/turn_watch.hpp>

#include <utility>

namespace penstock {

namespace {

/// A box counts when a turn begins and when it ends.
bool in_turn(std::uint64_t count) { return count % 2 == 1; }

}  // namespace

void turn_watch::add(std::string name, ref<actor_box> actor) {
  const std::lock_guard lock{mutex_};
  // Nobody may ever look.
  if (watched_.size() == watched_.capacity())
    std::erase_if(watched_, [](const entry& each) { return each.actor->ended(); });
  watched_.push_back({std::move(name), std::move(actor)});
}

std::vector<long_turn> turn_watch::look(std::int64_t now, std::int64_t limit) {
  std::vector<long_turn> found;
  const std::lock_guard lock{mutex_};
  std::erase_if(watched_, [](const entry& each) { return each.actor->ended(); });
  for (entry& each : watched_) {
    const auto turn = each.actor->turns();
    if (turn != each.turn || !in_turn(turn)) {
      each.turn = turn;
      each.since = now;
      each.found = false;
    } else if (!each.found && now - each.since >= limit) {
      each.found = true;
      found.push_back({each.name, each.since});
    }
  }
  return found;
}

std::vector<long_turn> turn_watch::going_on() const {
  std::vector<long_turn> found;
  const std::lock_guard lock{mutex_};
  for (const entry& each : watched_) {
    if (each.found && each.actor->turns() == each.turn) found.push_back({each.name, each.since});
  }
  return found;
}

}  // namespace penstock
