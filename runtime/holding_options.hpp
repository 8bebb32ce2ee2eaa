#pragma once

#include <penstock/runtime/options.hpp>

namespace penstock {

namespace detail {

struct loses_held_items_option {
  static constexpr unsigned places = on_producer;
  static constexpr auto field = &node_options::loses_held_items;
  void apply(node_options& to) const { to.loses_held_items = true; }
};

}  // namespace detail

/// How many bytes the items in open chunks may weigh. Default 64 MiB.
constexpr auto max_held_bytes(auto n) {
  return detail::number_option<&node_options::max_held_bytes, on_chunk>{detail::as_number(n)};
}
/// For a stage, scatter or gather whose body keeps items in its members and gives something of them out in
/// `on_end`, behind a source that acknowledges or replays: their jobs count as done while they lie in the
/// body, and are lost if the program ends or the worker is replaced. Where that must not be, `chunk` collects
/// items.
inline constexpr detail::loses_held_items_option loses_held_items{};

}  // namespace penstock
