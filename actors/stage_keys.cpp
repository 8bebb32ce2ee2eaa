#include <algorithm>
#include <utility>
#include <vector>

#include <penstock/actors/stage.hpp>

namespace penstock {

namespace {

/// Credit counts with what the batch weighed, but copies in its parts may weigh something else.
void keep_weight(std::vector<batch>& parts, std::size_t whole) {
  std::size_t sum = 0;
  batch* last = nullptr;
  for (batch& each : parts) {
    sum += each.weight();
    if (!each.empty()) last = &each;
  }
  if (sum == whole || last == nullptr) return;
  const double scale = sum == 0 ? 0 : static_cast<double>(whole) / static_cast<double>(sum);
  std::size_t given = 0;
  for (batch& each : parts) {
    if (&each == last) continue;
    const auto part = static_cast<std::size_t>(static_cast<double>(each.weight()) * scale);
    each.set_weight(std::min(part, whole - given));
    given += each.weight();
  }
  last->set_weight(whole - given);
}

}  // namespace

/// One line per worker; an item's key decides on its line.
void stage::sort_by_key(piece work) {
  if (work_.lines() == 1) {
    work.key_slot = 0;
    work_.push(std::move(work));
    return;
  }
  const auto weight = work.items.weight();
  auto parts = partitioner_->split(std::move(work.items), work_.lines());
  keep_weight(parts, weight);
  std::uint32_t line = 0;
  for (batch& items : parts) {
    piece part;
    part.edge = work.edge;
    part.arrived = work.arrived;
    part.attempt = work.attempt;
    part.reserved = items.empty() ? 0 : std::exchange(work.reserved, 0);
    part.key_slot = line++;
    part.sequence = work.sequence;
    work.sequence += items.size();
    part.items = std::move(items);
    if (!part.items.empty()) work_.push(std::move(part));
  }
  claimed(work);
}

/// Keys are about to belong to other workers: nothing new is begun until all that is begun is over.
bool stage::keys_move() const { return partitioner_ && work_.lines() != workers_; }

/// Nothing is in work, so the keys can go to so many workers as there should be now.
void stage::move_keys() {
  if (!keys_move() || in_work_ > 0 || !retries_.empty()) return;
  std::vector<piece> queued = work_.take_all();
  std::stable_sort(queued.begin(), queued.end(),
                   [](const piece& a, const piece& b) { return a.sequence < b.sequence; });
  work_ = work_list{workers_};
  line_held_.assign(workers_, false);
  for (piece& each : queued) {
    const lineage tokens = each.items.tokens();
    try {
      sort_by_key(std::move(each));
    } catch (...) {
      fail_run(std::current_exception(), {});  // the user's key function
      tokens.flag(reason_);
    }
  }
}

}  // namespace penstock
