#include <penstock/actors/work_list.hpp>

#include <algorithm>
#include <utility>

namespace penstock {

namespace {

std::size_t line_of(const piece& work, std::size_t lines) { return lines == 1 ? 0 : work.key_slot % lines; }

}  // namespace

std::int64_t work_list::items(std::size_t line) const {
  if (lines_.size() == 1) return items_;
  std::int64_t total = 0;
  for (const piece& each : lines_[line]) total += each.items.size();
  return total;
}

void work_list::push(piece work) {
  items_ += work.items.size();
  bytes_ += static_cast<std::int64_t>(work.items.weight());
  lines_[line_of(work, lines_.size())].push_back(std::move(work));
}

void work_list::put_back(piece work) {
  items_ += work.items.size();
  bytes_ += static_cast<std::int64_t>(work.items.weight());
  std::deque<piece>& line = lines_[line_of(work, lines_.size())];
  const auto later = std::find_if(line.begin(), line.end(),
                                  [&](const piece& each) { return each.sequence >= work.sequence; });
  line.insert(later, std::move(work));
}

piece work_list::take(std::size_t line, std::uint32_t most) {
  std::deque<piece>& queue = lines_[line];
  piece& head = queue.front();
  piece taken;
  if (most >= head.items.size()) {
    taken = std::move(head);
    queue.pop_front();
  } else {
    taken = head.split_front(most);
  }
  items_ -= taken.items.size();
  bytes_ -= static_cast<std::int64_t>(taken.items.weight());
  return taken;
}

std::vector<piece> work_list::take_all() {
  std::vector<piece> all;
  for (auto& line : lines_) {
    for (piece& each : line) all.push_back(std::move(each));
    line.clear();
  }
  items_ = bytes_ = 0;
  return all;
}

void work_list::clear(const std::function<void(piece&)>& last_look) {
  for (auto& line : lines_) {
    for (piece& each : line) last_look(each);
    line.clear();
  }
  items_ = bytes_ = 0;
}

}  // namespace penstock
