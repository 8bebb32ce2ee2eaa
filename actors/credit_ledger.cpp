#include <penstock/actors/credit_ledger.hpp>

#include <algorithm>

namespace penstock {

credit_ledger::credit_ledger(std::int64_t items, std::int64_t bytes, std::size_t edges, unsigned workers)
    : items_{items, edges}, bytes_{bytes, edges}, workers_{workers}, heavy_(edges) {}

credit credit_ledger::opening(std::uint32_t edge) const { return {items_.limit(edge), bytes_.limit(edge)}; }

void credit_ledger::arrived(std::uint32_t edge, std::int64_t items, std::int64_t bytes) {
  items_.arrived(edge, items);
  bytes_.arrived(edge, bytes);
  if (heavy(items, bytes)) heavy_[edge] += items;
  custody_ += items;
  custody_bytes_ += bytes;
  peak_ = std::max(peak_, custody_);
  peak_bytes_ = std::max(peak_bytes_, custody_bytes_);
}

void credit_ledger::settled(std::uint32_t edge, std::int64_t items, std::int64_t bytes) {
  items_.settled(edge, items);
  bytes_.settled(edge, bytes);
  if (heavy_[edge] > 0 && heavy(items, bytes)) heavy_[edge] = std::max<std::int64_t>(0, heavy_[edge] - items);
  custody_ -= items;
  custody_bytes_ -= bytes;
  if (items_.custody(edge) > 0) return;
  // Nothing is left, so nothing weighs anything, whatever copies on the way weighed.
  heavy_[edge] = 0;
  const auto left = bytes_.custody(edge);
  bytes_.settled(edge, left);
  custody_bytes_ -= left;
}

credit credit_ledger::due(std::uint32_t edge) {
  credit result;
  if (items_.due(edge) || bytes_.due(edge)) {
    result.items = items_.give_back(edge);
    result.bytes = bytes_.give_back(edge);
  }
  result.items += items_.lend(edge);
  result.bytes += bytes_.lend(edge);
  const bool few = custody_ < 2 * static_cast<std::int64_t>(workers_) && heavy_[edge] == 0;
  if (few && bytes_.credit_left(edge) <= 0) {
    result.bytes += bytes_.give_back(edge);
    const auto missing = 1 - bytes_.credit_left(edge);
    if (missing > 0) {
      bytes_.overdraw(edge, missing);
      result.bytes += missing;
    }
  }
  return result;
}

const std::vector<credit_ledger::grant>& credit_ledger::collect() {
  grants_.clear();
  for (std::uint32_t edge = 0; edge < heavy_.size(); ++edge) {
    const credit amount = due(edge);
    if (amount.items != 0 || amount.bytes != 0) grants_.push_back({edge, amount});
  }
  return grants_;
}

void credit_ledger::resize(std::int64_t items) { items_.resize(items); }

}  // namespace penstock
