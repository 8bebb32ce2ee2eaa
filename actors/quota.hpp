#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace penstock {

/// Shares one resource (items or bytes) of a stage out over its input edges. Each edge owns max(1, capacity /
/// 2k) of it, k being the number of edges (all of it if there is one); the rest is lent to edges that run
/// short and taken back from what they return once others run short. The sum of all limits never exceeds the
/// capacity, save for `overdraw` and where there are more edges than capacity.
///
/// Per edge: limit = credit at the producer + custody + owed. Plain data; the owner's thread only.
class quota {
 public:
  quota(std::int64_t capacity, std::size_t edges);

  std::int64_t capacity() const { return capacity_; }
  std::int64_t limit(std::size_t edge) const { return edges_[edge].limit; }
  std::int64_t custody(std::size_t edge) const { return edges_[edge].custody; }
  std::int64_t owed(std::size_t edge) const { return edges_[edge].owed; }
  std::int64_t credit_left(std::size_t edge) const;
  std::int64_t free() const { return free_; }

  void arrived(std::size_t edge, std::int64_t amount);
  void settled(std::size_t edge, std::int64_t amount);

  /// True when a quarter of the edge's limit (at least 1) is owed.
  bool due(std::size_t edge) const;

  /// Gives back what is owed, less what a smaller capacity or other edges in need take; returns the new
  /// credit.
  std::int64_t give_back(std::size_t edge);

  /// Lends from what is free to an edge that ran short; returns the new credit.
  std::int64_t lend(std::size_t edge);

  /// New credit beyond the capacity, repaid from what is settled next.
  void overdraw(std::size_t edge, std::int64_t amount);

  void resize(std::int64_t capacity);

 private:
  struct share {
    std::int64_t limit = 0;
    std::int64_t custody = 0;
    std::int64_t owed = 0;
    bool short_of_credit = false;
  };

  std::int64_t own_share() const;
  bool others_run_short(std::size_t edge) const;

  std::int64_t capacity_;
  std::int64_t free_;
  std::vector<share> edges_;
};

}  // namespace penstock
