#pragma once

#include <type_traits>
#include <utility>

#include <penstock/runtime/body_traits.hpp>
#include <penstock/runtime/item_checks.hpp>
#include <penstock/runtime/member_names.hpp>
#include <penstock/runtime/misuse.hpp>
#include <penstock/runtime/option_checks.hpp>
#include <penstock/runtime/supervision_options.hpp>

namespace penstock::detail {

// What is wrong with a body, by its type. Asked first, so that nothing that would not compile is begun.

template <class F, class Context>
constexpr misuse start_and_stop_misuse() {
  const auto called = [](bool named, bool plain, bool with_context) {
    return !named || plain || with_context ? misuse::none : misuse::hook_not_callable;
  };
  return first_of({
      called(
          names_on_start<F>, requires(F & f) { f.on_start(); },
          requires(F & f, Context & context) { f.on_start(context); }),
      called(
          names_on_stop<F>, requires(F & f) { f.on_stop(); },
          requires(F & f, Context & context) { f.on_stop(context); }),
  });
}

template <class F, class Out>
constexpr misuse end_misuse() {
  if constexpr (
      names_on_end<F> && !requires(F & f, worker_context & context) { f.on_end(context); } &&
      !requires(F & f) { f.on_end(); }) {
    return misuse::hook_not_callable;
  } else {
    using made = typename output_of<typename end_result<F>::type>::type;
    return std::is_void_v<made> || std::is_constructible_v<Out, made> ? misuse::none
                                                                      : misuse::on_end_makes_other_items;
  }
}

template <unsigned Place, class F, class In>
using place_output_t = std::conditional_t<Place == on_stage, stage_output_t<F, In>, body_output_t<F, In>>;

/// `collects`: what it takes comes out in its `on_end`.
template <unsigned Place>
constexpr misuse form_misuse(output_form form, bool collects) {
  if (Place == on_sink) return form == output_form::none ? misuse::none : misuse::sink_returns_something;
  if (Place == on_stage && collects) return misuse::none;
  if (form == output_form::none) return misuse::stage_returns_nothing;
  const bool many = form == output_form::many || form == output_form::lazy;
  return Place != on_scatter || many ? misuse::none : misuse::scatter_returns_one;
}

/// What a call must have made sure of before anything is asked about the instance.
template <class Body>
constexpr misuse instance_misuse() {
  if constexpr (!makes_instances<Body>) {
    return std::is_copy_constructible_v<Body> ? misuse::none : misuse::body_not_copyable;
  } else if constexpr (!std::is_invocable_v<decltype(Body::make)&>) {
    return misuse::factory_takes_arguments;
  } else {
    return std::is_move_constructible_v<instance_t<Body>> ? misuse::none : misuse::body_not_movable;
  }
}

template <class In, unsigned Place, class Body, class... Options>
constexpr misuse body_misuse() {
  constexpr misuse instance_found = instance_misuse<Body>();
  if constexpr (instance_found != misuse::none) {
    return instance_found;
  } else if constexpr (!fits_body<instance_t<Body>, In>) {
    return Place == on_gather ? misuse::body_cannot_take_pieces : misuse::body_cannot_take_item;
  } else {
    using instance = instance_t<Body>;
    using result = std::remove_cvref_t<body_result_t<instance, In>>;
    constexpr misuse found = first_of(
        {form_misuse<Place>(form_of<result>(), collects_items<instance, In>), result_misuse<result>(),
         start_and_stop_misuse<instance, worker_context>(), options_misuse<Place, Options...>()});
    if constexpr (found != misuse::none) {
      return found;
    } else if constexpr (!(timeout_fits<In, Options>() && ...)) {
      return misuse::timeout_cannot_take_item;
    } else if constexpr (((retries<Options>() || writes_dead_letters<Options>()) || ...) &&
                         !can_keep<instance, In>) {
      return misuse::keeps_move_only_item;
    } else if constexpr ((writes_dead_letters<Options>() || ...) && letter_misuse<In>() != misuse::none) {
      return letter_misuse<In>();
    } else if constexpr ((isolates<Options>() || ...) && passage_misuse<In>() != misuse::none) {
      return passage_misuse<In>();
    } else if constexpr ((isolates<Options>() || ...) &&
                         passage_misuse<place_output_t<Place, instance, In>>() != misuse::none) {
      return passage_misuse<place_output_t<Place, instance, In>>();
    } else {
      return end_misuse<instance, place_output_t<Place, instance, In>>();
    }
  }
}

}  // namespace penstock::detail
