#include <penstock/actors/outbox.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace penstock {

namespace {

/// Batches up to this size are worth joining; larger ones travel as they are.
constexpr std::uint32_t small_batch = 64;

}  // namespace

std::uint32_t outbox::connect(address consumer, const std::string& name, std::uint32_t port,
                              std::uint32_t capacity, ref<edge_link> link, std::uint64_t heaviest) {
  output_edge& edge = edges_.emplace_back();  // in its place, as moving one takes memory
  edge.consumer = std::move(consumer);
  edge.name = name;
  edge.port = port;
  edge.quarter = std::max<std::uint32_t>(1, capacity / 4);
  edge.link = std::move(link);
  edge.heaviest = static_cast<std::int64_t>(heaviest);
  ++live_;
  return static_cast<std::uint32_t>(edges_.size() - 1);
}

std::int64_t outbox::room(std::int64_t own) const {
  auto room = std::numeric_limits<std::int64_t>::max();
  for (const output_edge& edge : edges_) {
    if (!edge.cancelled) room = std::min(room, free(edge) - reserved_ + own);
  }
  return std::max<std::int64_t>(room, 0);
}

/// What is started now will weigh something once it is made: as much as it can, if that is known, else as
/// much as such items usually do. Every worker may have one in work and one in advance for all that.
std::int64_t outbox::free(const output_edge& edge) const {
  const auto bytes = edge.left.bytes - edge.backlog_bytes;
  if (bytes <= 0) return 0;
  const auto fits = bytes / (edge.heaviest > 0 ? edge.heaviest : edge.usual);
  return std::min(edge.left.items - edge.backlog_items,
                  std::max<std::int64_t>(fits, 2 * std::int64_t{workers_}));
}

void outbox::granted(std::uint32_t edge, credit amount) {
  edges_[edge].left.items += amount.items;
  edges_[edge].left.bytes += amount.bytes;
}

bool outbox::cancel(std::uint32_t edge) {
  output_edge& gone = edges_[edge];
  if (gone.cancelled) return live_ == 0;
  gone.cancelled = true;
  --live_;
  for (batch& each : gone.backlog) {
    if (live_ == 0) drop(std::move(each));
  }
  gone.backlog.clear();
  gone.backlog_items = gone.backlog_bytes = 0;
  return live_ == 0;
}

void outbox::drop(batch items) {
  if (edges_.empty() || edges_.front().link->lost()) items.discard({"cancelled by the last consumer", true});
}

void outbox::put(batch items) {
  if (items.empty()) return;
  if (live_ == 0) {
    if (!edges_.empty()) drop(std::move(items));
    return;
  }
  news_ = news::items;
  if (live_ > 1) items.share();
  std::size_t left = live_;
  const auto mean = std::max<std::int64_t>(1, static_cast<std::int64_t>(items.weight() / items.size()));
  for (output_edge& edge : edges_) {
    if (edge.cancelled) continue;
    edge.usual = (edge.usual + mean + 1) / 2;  // rounded up, so that it comes to rest on the mean
    edge.backlog_items += items.size();
    edge.backlog_bytes += static_cast<std::int64_t>(items.weight());
    edge.backlog.push_back(--left == 0 ? std::move(items) : items.alias());
    if (left == 0) break;
  }
}

void outbox::flush(bool complete) {
  for (output_edge& edge : edges_) {
    if (!edge.backlog.empty()) flush(edge, complete);
  }
  if (news_ == news::wait && empty()) tell_of_wait();
}

void outbox::tell_of_wait() {
  news_ = news::told_wait;
  for (const output_edge& edge : edges_) {
    if (!edge.cancelled) edge.consumer->post(penstock::await_verdicts{edge.port});
  }
}

batch outbox::next(output_edge& edge) {
  batch items = std::move(edge.backlog.front());
  edge.backlog.pop_front();
  while (!items.shared() && !edge.backlog.empty() && !edge.backlog.front().shared() &&
         (edge.backlog.front().size() <= small_batch || items.size() <= small_batch) &&
         items.size() + edge.backlog.front().size() <= edge.quarter) {
    items.append(std::move(edge.backlog.front()));
    edge.backlog.pop_front();
  }
  auto most = static_cast<std::uint32_t>(std::min<std::int64_t>(edge.left.items, items.size()));
  if (static_cast<std::int64_t>(items.weight()) > edge.left.bytes) {
    const auto mean = std::max<std::size_t>(1, items.weight() / items.size());
    const auto fits = std::max<std::int64_t>(1, edge.left.bytes / static_cast<std::int64_t>(mean));
    most = static_cast<std::uint32_t>(std::min<std::int64_t>(most, fits));
    // The first ones may be heavier than the mean.
    while (most > 1 && static_cast<std::int64_t>(items.measure(0, most)) > edge.left.bytes) most /= 2;
  }
  if (most == items.size()) return items;
  batch front = items.split_front(most);
  edge.backlog.push_front(std::move(items));
  return front;
}

void outbox::flush(output_edge& edge, bool complete) {
  while (!edge.backlog.empty() && edge.left.items > 0 && edge.left.bytes > 0) {
    if (!complete && edge.backlog_items < edge.quarter && edge.link->behind()) return;
    batch items = next(edge);
    edge.left.items -= items.size();
    edge.left.bytes -= static_cast<std::int64_t>(items.weight());
    edge.backlog_items -= items.size();
    edge.backlog_bytes -= static_cast<std::int64_t>(items.weight());
    edge.link->sent();
    edge.consumer->post(deliver_items{edge.port, std::move(items)});
  }
}

bool outbox::empty() const {
  return std::all_of(edges_.begin(), edges_.end(),
                     [](const output_edge& edge) { return edge.backlog.empty(); });
}

bool outbox::waits_for_credit() const {
  return std::any_of(edges_.begin(), edges_.end(), [](const output_edge& edge) {
    return !edge.cancelled &&
           (edge.left.items <= edge.backlog_items || edge.left.bytes <= edge.backlog_bytes);
  });
}

bool outbox::consumer_is_behind() const {
  return std::any_of(edges_.begin(), edges_.end(),
                     [](const output_edge& edge) { return !edge.cancelled && edge.link->holds_batches(); });
}

std::int64_t outbox::waiting_items() const {
  std::int64_t most = 0;
  for (const output_edge& edge : edges_) most = std::max(most, edge.backlog_items);
  return most;
}

std::int64_t outbox::waiting_bytes() const {
  std::int64_t most = 0;
  for (const output_edge& edge : edges_) most = std::max(most, edge.backlog_bytes);
  return most;
}

void outbox::discard(const loss& reason) {
  for (output_edge& edge : edges_) {
    for (batch& each : edge.backlog) each.discard(reason);
    edge.backlog.clear();
    edge.backlog_items = edge.backlog_bytes = 0;
  }
}

void outbox::end() {
  for (output_edge& edge : edges_) edge.consumer->post(end_of_stream{edge.port});
}

}  // namespace penstock
