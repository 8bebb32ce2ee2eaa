#include <penstock/connectors/delivery_book.hpp>

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

namespace penstock {

namespace {

constexpr std::size_t longest_name = 40;  // of a job; both kinds of queues number theirs

}  // namespace

void delivery_book::make_room(std::size_t jobs) {
  const auto needed = out_.size() + jobs;
  if (untold_.capacity() < needed) untold_.reserve(std::max(needed, 2 * untold_.capacity()));
  rooms_.reserve(jobs);
  while (rooms_.size() < jobs) {
    job_receipt name;
    name.job.reserve(longest_name);
    deliveries made;
    made.try_emplace(std::move(name));
    rooms_.push_back(made.extract(made.begin()));
  }
}

void delivery_book::add(const job_receipt& delivery) {
  if (rooms_.empty()) make_room(1);  // a store that gives more than was asked for
  auto room = std::move(rooms_.back());
  rooms_.pop_back();
  room.key() = delivery;
  const std::lock_guard lock{mutex_};
  out_.insert(std::move(room));
}

bool delivery_book::settle(const job_receipt& delivery, job_fate is, const std::string& reason, bool counts) {
  const auto found = out_.find(delivery);
  if (found == out_.end() || !found->second.is_open) return false;
  verdict& noted = found->second;
  noted.is_open = false;
  noted.is = is;
  noted.counts = counts;
  try {
    noted.reason = reason;
  } catch (const std::bad_alloc&) {
    // It is for people; the verdict is what counts.
  }
  untold_.push_back(found);
  if (counts) ++counter(is);
  return true;
}

std::vector<job_verdict> delivery_book::first(std::size_t most) const {
  std::vector<job_verdict> told;
  const auto count = std::min(most, untold_.size());
  told.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [delivery, what] = *untold_[i];
    told.push_back({delivery, what.is, what.reason});
  }
  return told;
}

void delivery_book::send(std::size_t count) {
  const std::lock_guard lock{mutex_};
  for (std::size_t i = 0; i < count; ++i) untold_[i]->second.sent = true;
}

void delivery_book::tried(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) untold_[i]->second.tried = true;
}

bool delivery_book::is_new(const job_receipt& delivery) const {
  const auto found = out_.find(delivery);
  return found != out_.end() && !found->second.tried;
}

void delivery_book::forget(std::size_t count) {
  const auto end = untold_.begin() + static_cast<std::ptrdiff_t>(count);
  const std::lock_guard lock{mutex_};
  for (auto each = untold_.begin(); each != end; ++each) {
    if ((*each)->second.counts) --counter((*each)->second.is);
    out_.erase(*each);
  }
  untold_.erase(untold_.begin(), end);
}

std::vector<job_receipt> delivery_book::to_extend() const {
  std::vector<job_receipt> all;
  const std::lock_guard lock{mutex_};
  all.reserve(out_.size());
  for (auto each = out_.begin(); each != out_.end(); ++each) {
    const auto next = std::next(each);
    if (next == out_.end() || next->first.job != each->first.job) all.push_back(each->first);
  }
  return all;
}

bool delivery_book::holds(const job_receipt& delivery) const {
  const std::lock_guard lock{mutex_};
  const auto found = out_.find(delivery);
  return found != out_.end() && !found->second.sent;
}

}  // namespace penstock
