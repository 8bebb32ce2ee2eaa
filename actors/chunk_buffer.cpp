#include <penstock/actors/chunk_buffer.hpp>

#include <algorithm>

#include <penstock/actors/chunk_token.hpp>

namespace penstock {

std::optional<made_chunk> chunk_buffer::take(batch& from, std::int64_t now) {
  while (!from.empty()) {
    const auto run = items_->front(from, plan_.size);
    const auto found = by_number_.find(run.chunk);
    const auto count = fitting(from, run.count);
    if (count == 0) return take_oldest(chunk_end::room);
    place to = found == by_number_.end() ? open_.end() : found->second;
    if (to == open_.end()) {
      to = open_.insert(open_.end(), {run.chunk, now});
      by_number_.emplace(run.chunk, to);
    }
    add(*to, from.split_front(count), now);
    if (to->count == plan_.size) return leave(to, chunk_end::full);
  }
  return std::nullopt;
}

/// How many of `wanted` items there is room for. One that is too heavy for all room is let in alone.
std::uint32_t chunk_buffer::fitting(batch& from, std::uint32_t wanted) const {
  auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, plan_.max_held - held_));
  const auto fits = [&](std::uint64_t bytes) { return held_bytes_ + bytes <= plan_.max_held_bytes; };
  if (fits(from.weight())) return count;
  while (count > 1 && !fits(from.measure(0, count))) count /= 2;
  if (count == 1 && held_ > 0 && !fits(from.measure(0, 1))) return 0;
  return count;
}

void chunk_buffer::add(chunk& to, batch part, std::int64_t now) {
  const auto count = part.size();
  const auto bytes = part.weight();
  // An exception takes these along, and flags them.
  lineage tokens = std::exchange(part.tokens(), lineage{});
  items_->add(to.number, std::move(part));
  if (!plan_.sources.empty()) {
    for (const lineage::run& each : tokens.runs()) {
      if (each.holder && each.holder->born() > 0) to.way = std::max(to.way, now - each.holder->born());
    }
  }
  // Items without a token count in the runs of those that have one.
  if (tokens.empty()) tokens.append(ref<token>{}, count);
  to.tokens.append(std::move(tokens));
  to.count += count;
  to.bytes += bytes;
  held_ += count;
  held_bytes_ += bytes;
}

std::optional<made_chunk> chunk_buffer::take_due(std::int64_t now) {
  const auto due = next_due();
  if (!due || *due > now) return std::nullopt;
  return leave(open_.begin(), chunk_end::delay);
}

std::optional<made_chunk> chunk_buffer::take_oldest(chunk_end why) {
  if (open_.empty()) return std::nullopt;
  return leave(open_.begin(), why);
}

std::optional<std::int64_t> chunk_buffer::next_due() const {
  if (plan_.delay <= 0 || open_.empty()) return std::nullopt;
  return open_.front().began + plan_.delay;
}

made_chunk chunk_buffer::leave(place of, chunk_end why) {
  made_chunk made;
  made.why = why;
  made.way = of->way;
  made.item = items_->close(of->number);
  if (auto all = one_token(std::move(of->tokens))) made.item.tokens().append(all, 1);
  held_ -= of->count;
  held_bytes_ -= of->bytes;
  by_number_.erase(of->number);
  open_.erase(of);
  return made;
}

void chunk_buffer::discard(const loss& reason, bool lost) {
  for (chunk& each : open_) {
    if (lost) each.tokens.flag(reason);
  }
  items_->discard();
  by_number_.clear();
  open_.clear();
  held_ = held_bytes_ = 0;
}

}  // namespace penstock
