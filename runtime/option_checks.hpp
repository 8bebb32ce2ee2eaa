#pragma once

#include <initializer_list>

#include <penstock/runtime/misuse.hpp>
#include <penstock/runtime/options.hpp>

namespace penstock::detail {

// What is wrong with the options of a call, by their types.

/// The first thing that is wrong, of several answers.
constexpr misuse first_of(std::initializer_list<misuse> found) {
  for (const misuse each : found) {
    if (each != misuse::none) return each;
  }
  return misuse::none;
}

template <class Option>
constexpr misuse elsewhere() {
  if (sets<&node_options::workers, Option>()) return misuse::workers_elsewhere;
  if (sets<&node_options::capacity, Option>()) return misuse::capacity_elsewhere;
  if (sets<&node_options::bytes, Option>()) return misuse::bytes_elsewhere;
  if (sets<&node_options::pool, Option>()) return misuse::pool_elsewhere;
  if (sets<&node_options::ordered, Option>()) return misuse::ordered_elsewhere;
  if (sets<&node_options::max_output, Option>()) return misuse::max_output_elsewhere;
  if (sets<&node_options::max_item, Option>()) return misuse::max_item_elsewhere;
  if (sets<&node_options::in_flight, Option>()) return misuse::in_flight_elsewhere;
  if (sets<&node_options::replay, Option>()) return misuse::replay_elsewhere;
  if (sets<&node_options::max_open, Option>()) return misuse::max_open_elsewhere;
  if (sets<&node_options::max_held, Option>()) return misuse::max_held_elsewhere;
  if (sets<&node_options::max_held_bytes, Option>()) return misuse::max_held_bytes_elsewhere;
  if (sets<&node_options::loses_held_items, Option>()) return misuse::loses_held_items_elsewhere;
  if (sets<&node_options::timeout, Option>()) return misuse::timeout_elsewhere;
  if (sets<&node_options::restarts, Option>()) return misuse::restarts_elsewhere;
  if (sets<&node_options::shutdown, Option>()) return misuse::shutdown_elsewhere;
  if (sets<&node_options::memory_limit, Option>()) return misuse::memory_limit_elsewhere;
  if (sets<&node_options::policy, Option>()) return misuse::on_error_elsewhere;
  return misuse::option_elsewhere;
}

template <unsigned Place, class Option>
constexpr misuse option_misuse() {
  if constexpr (!any_option<Option>) {
    return misuse::no_option;
  } else {
    return (Option::places & Place) != 0 ? misuse::none : elsewhere<Option>();
  }
}

template <class Option, class... All>
constexpr bool given_twice() {
  if constexpr (requires { Option::field; }) {
    return ((sets<Option::field, All>() ? 1 : 0) + ... + 0) > 1;
  } else {
    return false;
  }
}

template <unsigned Place, class... Options>
constexpr misuse options_misuse() {
  constexpr misuse found = first_of({option_misuse<Place, Options>()...});
  if constexpr (found != misuse::none) {
    return found;
  } else {
    return (given_twice<Options, Options...>() || ...) ? misuse::option_given_twice : misuse::none;
  }
}

}  // namespace penstock::detail
