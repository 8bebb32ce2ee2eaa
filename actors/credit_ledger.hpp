#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <penstock/actors/quota.hpp>

namespace penstock {

/// Room for so many items and bytes more.
struct credit {
  std::int64_t items = 0;
  std::int64_t bytes = 0;
};

/// The consumer's side of credit: how much each input edge may still send, in items and in bytes, and when
/// credit goes back. Credit returns coalesced, once a quarter of an edge's limit is owed. Bytes never hold
/// back the first 2 x workers items; an item heavier than the capacity passes alone. Plain data; the stage's
/// thread only.
class credit_ledger {
 public:
  struct grant {
    std::uint32_t edge;
    credit amount;
  };

  credit_ledger(std::int64_t items, std::int64_t bytes, std::size_t edges, unsigned workers);

  /// What the edge's producer may send at the start.
  credit opening(std::uint32_t edge) const;

  void arrived(std::uint32_t edge, std::int64_t items, std::int64_t bytes);
  /// The outputs of so many items were accepted downstream, or the items entered held state.
  void settled(std::uint32_t edge, std::int64_t items, std::int64_t bytes);

  /// Credit that is due by now, at most one grant per edge. Call once a turn.
  const std::vector<grant>& collect();

  void resize(std::int64_t items);
  void set_workers(unsigned workers) { workers_ = workers; }

  std::int64_t custody() const { return custody_; }
  std::int64_t custody_bytes() const { return custody_bytes_; }
  std::int64_t peak() const { return peak_; }
  std::int64_t peak_bytes() const { return peak_bytes_; }
  std::int64_t capacity() const { return items_.capacity(); }
  std::int64_t capacity_bytes() const { return bytes_.capacity(); }

 private:
  credit due(std::uint32_t edge);
  bool heavy(std::int64_t items, std::int64_t bytes) const {
    return items > 0 && bytes / items > bytes_.capacity();
  }

  quota items_;
  quota bytes_;
  unsigned workers_;
  std::vector<std::int64_t> heavy_;  ///< items in custody that are heavier than the capacity, by edge
  std::int64_t custody_ = 0;
  std::int64_t custody_bytes_ = 0;
  std::int64_t peak_ = 0;
  std::int64_t peak_bytes_ = 0;
  std::vector<grant> grants_;
};

}  // namespace penstock
