#pragma once

#include <concepts>
#include <functional>
#include <type_traits>

#include <penstock/messages/copyable_item.hpp>
#include <penstock/runtime/body_traits.hpp>
#include <penstock/runtime/item_checks.hpp>
#include <penstock/runtime/misuse.hpp>
#include <penstock/runtime/operators.hpp>
#include <penstock/runtime/option_checks.hpp>

namespace penstock::detail {

// What is wrong with a fused operator, or a key function, by its type.

/// Asked with items as an operator gets them: its own to take.
template <class Operator, class In>
struct operator_check;

template <class F, class In>
struct operator_check<map_operator<F>, In> {
  static constexpr misuse find() {
    if constexpr (!std::invocable<F&, In>) {
      return misuse::operator_cannot_take_item;
    } else {
      using result = std::remove_cvref_t<std::invoke_result_t<F&, In>>;
      if constexpr (std::is_void_v<result>) {
        return misuse::map_returns_nothing;
      } else {
        return std::is_nothrow_move_constructible_v<result> ? misuse::none : misuse::item_not_movable;
      }
    }
  }
};

template <class F, class In>
struct operator_check<filter_operator<F>, In> {
  static constexpr misuse find() {
    if constexpr (!std::invocable<F&, const In&>) {
      return misuse::operator_cannot_take_item;
    } else {
      return std::is_constructible_v<bool, std::invoke_result_t<F&, const In&>>
                 ? misuse::none
                 : misuse::filter_returns_no_bool;
    }
  }
};

template <class F, class In>
struct operator_check<tap_operator<F>, In> {
  static constexpr misuse find() {
    return std::invocable<F&, const In&> ? misuse::none : misuse::operator_cannot_take_item;
  }
};

template <class F, class In>
struct operator_check<flat_map_operator<F>, In> {
  static constexpr misuse find() {
    if constexpr (!std::invocable<F&, In>) {
      return misuse::operator_cannot_take_item;
    } else {
      using result = std::remove_cvref_t<std::invoke_result_t<F&, In>>;
      constexpr auto form = form_of<result>();
      if constexpr (form == output_form::none || form == output_form::one) {
        return std::is_same_v<F, identity_function> ? misuse::flatten_of_one : misuse::flat_map_returns_one;
      } else {
        return result_misuse<result>();
      }
    }
  }
};

/// Of an operator on items of type In, in a chain that items of type First enter.
template <class Operator, class In, class First, class... Options>
constexpr misuse operator_misuse() {
  constexpr misuse found =
      std::is_copy_constructible_v<Operator>
          ? first_of({operator_check<Operator, In>::find(), options_misuse<on_operator, Options...>()})
          : misuse::operator_not_copyable;
  if constexpr (found != misuse::none) {
    return found;
  } else if constexpr ((retries<Options>() || ...)) {
    return misuse::retry_on_operator;
  } else if constexpr (!(writes_dead_letters<Options>() || ...)) {
    return misuse::none;
  } else {
    return copyable_item<First> ? letter_misuse<First>() : misuse::letter_of_move_only_item;
  }
}

template <class KeyOf, class T>
constexpr misuse key_misuse() {
  if constexpr (!std::is_copy_constructible_v<KeyOf>) {
    return misuse::key_not_copyable;
  } else if constexpr (!std::invocable<KeyOf&, const T&>) {
    return misuse::key_cannot_take_item;
  } else {
    using key = std::remove_cvref_t<std::invoke_result_t<KeyOf&, const T&>>;
    if constexpr (std::is_void_v<key>) {
      return misuse::key_not_hashable;
    } else {
      return std::is_default_constructible_v<std::hash<key>> && std::invocable<std::hash<key>, const key&>
                 ? misuse::none
                 : misuse::key_not_hashable;
    }
  }
}

}  // namespace penstock::detail
