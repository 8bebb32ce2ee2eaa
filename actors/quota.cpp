#include <penstock/actors/quota.hpp>

#include <algorithm>

namespace penstock {

quota::quota(std::int64_t capacity, std::size_t edges) : capacity_{capacity}, free_{capacity}, edges_(edges) {
  for (share& each : edges_) {
    each.limit = own_share();
    free_ -= each.limit;
  }
}

std::int64_t quota::own_share() const {
  if (edges_.size() <= 1) return capacity_;
  return std::max<std::int64_t>(1, capacity_ / (2 * static_cast<std::int64_t>(edges_.size())));
}

std::int64_t quota::credit_left(std::size_t edge) const {
  const share& each = edges_[edge];
  return each.limit - each.custody - each.owed;
}

void quota::arrived(std::size_t edge, std::int64_t amount) {
  edges_[edge].custody += amount;
  if (credit_left(edge) <= 0) edges_[edge].short_of_credit = true;
}

void quota::settled(std::size_t edge, std::int64_t amount) {
  edges_[edge].custody -= amount;
  edges_[edge].owed += amount;
}

bool quota::due(std::size_t edge) const {
  const share& each = edges_[edge];
  return each.owed > 0 && each.owed >= std::max<std::int64_t>(1, each.limit / 4);
}

bool quota::others_run_short(std::size_t edge) const {
  for (std::size_t other = 0; other < edges_.size(); ++other) {
    if (other != edge && edges_[other].short_of_credit) return true;
  }
  return false;
}

std::int64_t quota::give_back(std::size_t edge) {
  share& each = edges_[edge];
  // What an edge owns is never taken from it, or it might not move again.
  const auto beyond = std::max<std::int64_t>(0, std::min(each.owed, each.limit - own_share()));
  const auto kept = others_run_short(edge) ? beyond : std::clamp<std::int64_t>(-free_, 0, beyond);
  each.limit -= kept;
  free_ += kept;
  const auto returned = each.owed - kept;
  each.owed = 0;
  return returned;
}

std::int64_t quota::lend(std::size_t edge) {
  share& each = edges_[edge];
  const bool single = edges_.size() == 1;
  if (free_ <= 0 || !(each.short_of_credit || single)) return 0;
  const auto lent = single ? free_ : std::min(free_, std::max<std::int64_t>(1, own_share()));
  each.short_of_credit = false;
  each.limit += lent;
  free_ -= lent;
  return lent;
}

void quota::overdraw(std::size_t edge, std::int64_t amount) {
  edges_[edge].limit += amount;
  free_ -= amount;
}

void quota::resize(std::int64_t capacity) {
  free_ += capacity - capacity_;
  capacity_ = capacity;
}

}  // namespace penstock
