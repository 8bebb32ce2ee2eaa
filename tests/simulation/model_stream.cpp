#include <utility>

#include "model.hpp"

namespace penstock_simulation {

void model_stream::append(const model_stream& other) {
  const auto first = static_cast<std::uint32_t>(items.size());
  items.insert(items.end(), other.items.begin(), other.items.end());
  for (auto order : other.orders) {
    for (std::uint32_t& index : order) index += first;
    orders.push_back(std::move(order));
  }
}

void model_stream::split_orders(std::uint64_t keys) {
  std::vector<std::vector<std::uint32_t>> split;
  for (const auto& order : orders) {
    std::vector<std::vector<std::uint32_t>> parts(keys);
    for (const std::uint32_t index : order) parts[items[index].value % keys].push_back(index);
    for (auto& part : parts) split.push_back(std::move(part));
  }
  orders = std::move(split);
}

}  // namespace penstock_simulation
