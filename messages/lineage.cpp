#include <penstock/messages/lineage.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace penstock {

void lineage::append(const ref<token>& holder, std::uint32_t count) {
  if (count == 0) return;
  if (!runs_.empty() && runs_.back().holder == holder) {
    runs_.back().count += count;
  } else {
    runs_.push_back(run{holder, count});
  }
}

void lineage::append(lineage&& other) {
  if (runs_.empty()) {
    runs_ = std::move(other.runs_);
  } else {
    for (run& each : other.runs_) append(each.holder, each.count);
  }
  other.runs_.clear();
}

lineage lineage::split_front(std::uint32_t count) {
  if (runs_.size() == 1 && runs_.front().count <= count) return std::exchange(*this, {});
  lineage front;
  auto end = runs_.begin();
  while (count > 0 && end != runs_.end()) {
    const auto taken = std::min(count, end->count);
    front.append(end->holder, taken);
    end->count -= taken;
    count -= taken;
    if (end->count > 0) break;
    ++end;
  }
  runs_.erase(runs_.begin(), end);
  return front;
}

token* lineage::at(std::uint32_t index) const {
  for (const run& each : runs_) {
    if (index < each.count) return each.holder.get();
    index -= each.count;
  }
  return nullptr;
}

lineage lineage::expand(std::span<const std::uint32_t> counts) const {
  lineage result;
  std::size_t item = 0;
  for (const run& each : runs_) {
    std::uint32_t outputs = 0;
    for (std::uint32_t i = 0; i < each.count && item < counts.size(); ++i) outputs += counts[item++];
    result.append(each.holder, outputs);
  }
  return result;
}

void lineage::flag(const loss& reason) const noexcept {
  for (const run& each : runs_) {
    if (each.holder) each.holder->flag(reason);
  }
}

void lineage::flag_if_unwinding() const noexcept {
  if (std::uncaught_exceptions() > 0) flag({});  // who catches it may know the reason
}

}  // namespace penstock
