#pragma once

#include <type_traits>

#include <penstock/messages/item_codec.hpp>
#include <penstock/messages/serializable.hpp>
#include <penstock/runtime/body_traits.hpp>
#include <penstock/runtime/misuse.hpp>

namespace penstock::detail {

// What is wrong with items, by their types.

/// Of a range whose elements are made as they are looked at, nothing is left to move.
template <class Range>
constexpr bool gives_proxies() {
  if constexpr (range_of_items<Range> && requires { typename Range::value_type; }) {
    return !std::is_same_v<typename Range::value_type, typename output_of<Range>::type>;
  } else {
    return false;
  }
}

template <class Result>
constexpr misuse result_misuse() {
  using item = typename output_of<Result>::type;
  if constexpr (gives_proxies<Result>()) {
    return misuse::item_is_proxy;
  } else {
    return std::is_void_v<item> || std::is_nothrow_move_constructible_v<item> ? misuse::none
                                                                              : misuse::item_not_movable;
  }
}

template <class Item>
constexpr misuse letter_misuse() {
  if constexpr (!may_be_written<Item>) {
    return misuse::letter_of_unwritable_item;
  } else {
    return codec_available<Item> ? misuse::none : misuse::letter_without_codec;
  }
}

/// What is wrong with an item that is to go to another process; void is none.
template <class Item>
constexpr misuse passage_misuse() {
  if constexpr (std::is_void_v<Item>) {
    return misuse::none;
  } else if constexpr (!may_be_written<Item>) {
    return misuse::isolated_unwritable_item;
  } else if constexpr (!codec_available<Item>) {
    return misuse::isolated_without_codec;
  } else {
    return std::is_default_constructible_v<Item> ? misuse::none : misuse::isolated_unreadable_item;
  }
}

}  // namespace penstock::detail
