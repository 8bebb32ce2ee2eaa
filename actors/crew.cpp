#include <penstock/actors/crew.hpp>

#include <algorithm>
#include <utility>

namespace penstock {

crew::member& crew::add(unsigned number, unsigned slot, address port) {
  member added;
  added.number = number;
  added.slot = slot;
  added.port = std::move(port);
  members_.push_back(std::move(added));
  return members_.back();
}

crew::member& crew::at(unsigned number) { return *find(number); }

crew::member* crew::find(unsigned number) {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [=](const member& m) { return m.number == number; });
  return found == members_.end() ? nullptr : &*found;
}

unsigned crew::free_slot() const {
  const auto taken = [this](unsigned slot) {
    return std::any_of(members_.begin(), members_.end(), [=](const member& m) { return m.slot == slot; });
  };
  unsigned slot = 0;
  while (taken(slot)) ++slot;
  return slot;
}

void crew::remove(unsigned number) {
  std::erase_if(members_, [=](const member& m) { return m.number == number; });
}

void crew::remove_absent() {
  std::erase_if(members_, [](const member& m) { return m.port.get() == nullptr; });
}

unsigned crew::staying() const {
  return static_cast<unsigned>(
      std::count_if(members_.begin(), members_.end(), [](const member& m) { return !m.leaving; }));
}

unsigned crew::busy() const {
  return static_cast<unsigned>(
      std::count_if(members_.begin(), members_.end(), [](const member& m) { return m.pieces > 0; }));
}

void crew::retire_all_but(unsigned wanted) {
  for (member& each : members_) {
    if (each.leaving) continue;
    each.retiring = wanted == 0;
    if (wanted > 0) --wanted;
  }
}

crew::member* crew::free_worker() {
  member* best = nullptr;
  for (member& each : members_) {
    if (is_free(each) && (best == nullptr || each.pieces < best->pieces)) best = &each;
    if (best != nullptr && best->pieces == 0) break;
  }
  return best;
}

crew::member* crew::free_worker(std::size_t line) {
  for (member& each : members_) {
    if (each.leaving || each.retiring) continue;
    if (line-- == 0) return is_free(each) ? &each : nullptr;
  }
  return nullptr;
}

crew::member* crew::suspended_worker() {
  member* oldest = nullptr;
  for (member& each : members_) {
    if (!each.suspended || each.pieces > 0 || each.leaving || each.restarting) continue;
    if (oldest == nullptr || each.sequence < oldest->sequence) oldest = &each;
  }
  return oldest;
}

bool crew::all_restarting() const {
  return !members_.empty() &&
         std::all_of(members_.begin(), members_.end(), [](const member& m) { return m.restarting; });
}

bool crew::has_idle() const {
  return std::any_of(members_.begin(), members_.end(),
                     [this](const member& m) { return is_free(m) && m.pieces == 0; });
}

unsigned crew::free_count() const {
  return static_cast<unsigned>(
      std::count_if(members_.begin(), members_.end(), [this](const member& m) { return is_free(m); }));
}

}  // namespace penstock
