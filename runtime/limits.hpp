#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <penstock/actors/current_body.hpp>
#include <penstock/messages/weight.hpp>

namespace penstock::detail {

/// Where this thread is, for a message; empty outside of bodies.
inline std::string here() {
  if (current_body::stage() == nullptr) return {};
  return "graph '" + current_body::graph() + "', stage '" + *current_body::stage() + "': ";
}

/// Throws std::length_error if `made` weighs more than `max_item` bytes. `maker` made it: "the body".
template <class Item>
void check_weight(const char* maker, const Item& made, std::uint64_t max_item) {
  const auto weight = weight_of(made);
  if (weight <= max_item) return;
  throw std::length_error(here() + maker + " made an item of " + std::to_string(weight) +
                          " bytes, heavier than max_item = " + std::to_string(max_item));
}

[[noreturn]] inline void too_many_outputs(const char* maker, std::uint64_t max_output) {
  throw std::length_error(here() + maker + " made more than max_output = " + std::to_string(max_output) +
                          " outputs of one item");
}

}  // namespace penstock::detail
