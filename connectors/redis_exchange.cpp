#include <penstock/connectors/redis_exchange.hpp>

#include <cstddef>
#include <utility>

namespace penstock {

namespace {

std::string us_text(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::ceil<std::chrono::microseconds>(time).count());
}

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

}  // namespace

redis_exchange::redis_exchange(std::span<const job_verdict> verdicts, std::chrono::nanoseconds delay,
                               std::string_view reader)
    : verdicts_{verdicts}, delay_{us_text(delay)}, reader_{reader} {
  for (const auto& each : verdicts) {
    if (each.is == job_fate::acked) told_.push_back(&each);
  }
  acks_ = told_.size();
  for (const auto& each : verdicts) {
    if (each.is != job_fate::acked) told_.push_back(&each);
  }
}

void redis_exchange::want(const take_order& order, std::uint32_t most, std::uint64_t first) {
  order_ = &order;
  most_ = most;
  first_ = first;
}

const std::vector<std::string_view>& redis_exchange::words(const redis_schemas& known) {
  const delivery_rules rules = order_ == nullptr ? delivery_rules{} : order_->rules;
  std::string hashes;
  for (const auto& [hash, schema] : known) hashes += hash + ",";
  words_ = {kept(us_text(rules.lease)),
            kept(rules.suspect_from()),
            kept(rules.max_deliveries),
            kept(first_),
            kept(most_),
            kept(std::move(hashes)),
            reader_,
            kept(acks_)};
  add_verdicts();
  return words_;
}

void redis_exchange::add_verdicts() {
  for (std::size_t i = 0; i < told_.size(); ++i) {
    const auto& each = *told_[i];
    words_.push_back(each.delivery.job);
    words_.push_back(kept(each.delivery.delivery));
    if (i < acks_) continue;
    // A program without a schema can't be passed over: nobody would know which one that is.
    const bool dead = each.is == job_fate::buried || (each.is == job_fate::unreadable && reader_.empty());
    words_.push_back(dead ? "dead" : each.is == job_fate::unreadable ? "unread" : "back");
    words_.push_back(each.reason);
    words_.push_back(delay_);
  }
}

bool redis_exchange::read_jobs(std::vector<redis_reply>& from, const redis_schemas& known,
                               std::vector<taken_job>& to) const {
  if (from.size() > most_) return false;
  to.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto& parts = from[i].items;
    if (parts.size() != 7 || parts[1].number != static_cast<std::int64_t>(first_ + i)) return false;
    taken_job& job = to.emplace_back();
    job.receipt = {std::move(parts[0].text), first_ + i};
    job.deaths = static_cast<unsigned>(parts[2].number);
    job.item = {bytes_of(parts[3].text), std::move(parts[4].text), std::move(parts[5].text), {}};
    if (const auto found = known.find(parts[6].text); found != known.end()) job.item.schema = found->second;
  }
  return true;
}

std::optional<redis_exchange::answer> redis_exchange::read(redis_reply& reply, redis_schemas& known) const {
  auto& parts = reply.items;
  if (parts.size() != 9 || parts[5].items.size() % 2 != 0) return std::nullopt;
  answer made;
  made.left = parts[2].number;
  for (const auto& each : parts[3].items) {
    const auto place = static_cast<std::size_t>(each.number);
    if (place >= told_.size()) return std::nullopt;
    made.result.late.push_back(told_[place]->delivery);
  }
  auto& described = parts[5].items;
  for (std::size_t i = 0; i < described.size(); i += 2) {
    auto schema = std::make_shared<item_schema>();
    schema->hash = std::move(described[i].text);
    schema->description = std::move(described[i + 1].text);
    known.insert_or_assign(schema->hash, schema);
  }
  if (!read_jobs(parts[4].items, known, made.result.jobs)) return std::nullopt;
  if (order_ == nullptr) return made;
  if (parts[6].number >= 0) made.result.again_in = std::chrono::microseconds{parts[6].number};
  made.result.held_up = parts[8].number != 0;
  made.result.unreadable = static_cast<std::uint64_t>(parts[7].number);
  made.result.empty = made.result.jobs.empty() && made.left <= parts[7].number;
  return made;
}

}  // namespace penstock
