#pragma once

#include <string>
#include <type_traits>

#include <penstock/actors/source_body.hpp>
#include <penstock/messages/copyable_item.hpp>
#include <penstock/runtime/body_checks.hpp>
#include <penstock/runtime/body_traits.hpp>
#include <penstock/runtime/item_checks.hpp>
#include <penstock/runtime/member_names.hpp>
#include <penstock/runtime/misuse.hpp>
#include <penstock/runtime/option_checks.hpp>
#include <penstock/runtime/typed_source.hpp>

namespace penstock::detail {

// What is wrong with a source, by its type.

/// What makes the items: the source's result, or the range itself. Void if it makes none.
template <class F>
struct source_output {
  using type = std::conditional_t<range_of_items<F>, F, void>;
};
template <source_callable F>
struct source_output<F> {
  using type = std::remove_cvref_t<source_result_t<F>>;
};

template <class F>
constexpr misuse acknowledgement_misuse() {
  using given = typename source_item<F>::given;
  using receipt = typename source_item<F>::receipt;
  constexpr bool acks = acknowledging_source<F>;
  constexpr bool nacks = requires(F & f, const receipt& each, const std::string& reason) {
    f.nack(each, reason);
  };
  if (names_ack<F> && !acks) return misuse::ack_not_callable;
  if (names_nack<F> && !nacks) return misuse::nack_not_callable;
  if (nacks && !acks) return misuse::nack_without_ack;
  if (acks && !calls_for_each_item<F>) return misuse::ack_of_many;
  if (acks && !parts_of<given>::apart && !copyable_item<given>) return misuse::ack_of_move_only_item;
  if (names_extend<F> && !extending_source<F>) return misuse::extend_not_callable;
  if (names_flush_verdicts<F> && !flushes_verdicts<F>) return misuse::flush_verdicts_not_callable;
  if (extending_source<F> && !std::is_copy_constructible_v<receipt>)
    return misuse::extend_of_move_only_receipt;
  if (calls_for_each_item<F> && parts_of<given>::apart && !acks) return misuse::delivery_without_ack;
  return misuse::none;
}

template <class F, class... Options>
constexpr misuse replay_misuse() {
  if (!(sets<&node_options::replay, Options>() || ...)) return misuse::none;
  if (acknowledging_source<F>) return misuse::replay_of_acknowledging_source;
  return copyable_item<typename source_item<F>::type> ? misuse::none : misuse::replay_of_move_only_items;
}

template <class F, class... Options>
constexpr misuse source_misuse() {
  using output = typename source_output<F>::type;
  constexpr auto form = form_of<output>();
  if constexpr (form == output_form::none || form == output_form::one) {
    return misuse::source_unusable;
  } else if constexpr (!std::is_move_constructible_v<F>) {
    return misuse::source_not_movable;
  } else if constexpr (result_misuse<output>() != misuse::none) {
    return result_misuse<output>();
  } else {
    return first_of({acknowledgement_misuse<F>(), start_and_stop_misuse<F, source_context>(),
                     names_on_end<F> ? misuse::source_with_on_end : misuse::none,
                     options_misuse<on_source, Options...>(), replay_misuse<F, Options...>()});
  }
}

}  // namespace penstock::detail
