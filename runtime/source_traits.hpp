#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include <penstock/actors/untold_verdicts.hpp>
#include <penstock/actors/worker_context.hpp>
#include <penstock/messages/delivery.hpp>
#include <penstock/runtime/body_traits.hpp>

namespace penstock::detail {

// What kinds of source there are, by the type of what was given.

template <class F>
concept source_with_context = std::invocable<F&, source_context&>;
template <class F>
concept source_callable = std::invocable<F&> || source_with_context<F>;

template <class F>
decltype(auto) call_source(F& f, source_context& context) {
  if constexpr (source_with_context<F>) {
    return std::invoke(f, context);
  } else {
    return std::invoke(f);
  }
}

template <class F>
using source_result_t = decltype(call_source(std::declval<F&>(), std::declval<source_context&>()));

template <class F>
constexpr bool calls_for_each_item = [] {
  if constexpr (source_callable<F>) {
    return is_optional<std::remove_cvref_t<source_result_t<F>>>::value;
  } else {
    return false;
  }
}();

/// What goes on of what a source hands out, and what its verdict is on: the same, unless it is a delivery.
template <class Given>
struct parts_of {
  using item = Given;
  using receipt = Given;
  static constexpr bool apart = false;
};
template <class T, class Receipt>
struct parts_of<delivery<T, Receipt>> {
  using item = T;
  using receipt = Receipt;
  static constexpr bool apart = true;
};

/// What a source makes: of a callable its result's item, of a range its elements.
template <class F>
struct source_item {
  using given = typename output_of<F>::type;
  using type = given;
  using receipt = given;
};
template <source_callable F>
struct source_item<F> {
  using given = typename output_of<std::remove_cvref_t<source_result_t<F>>>::type;
  using parts = std::conditional_t<calls_for_each_item<F>, parts_of<given>, parts_of<int>>;
  using type = std::conditional_t<calls_for_each_item<F>, typename parts::item, given>;
  using receipt = std::conditional_t<calls_for_each_item<F>, typename parts::receipt, given>;
};

template <class F, class Receipt>
concept acknowledges_receipt = requires(F& f, const Receipt& receipt) {
  f.ack(receipt);
};
template <class F>
concept acknowledging_source = acknowledges_receipt<F, typename source_item<F>::receipt>;

/// Says of itself that its calls wait.
template <class F>
concept blocks_by_nature = requires {
  requires bool{F::blocks};
};

template <class F>
concept extends_one_by_one = requires(F& f, const typename source_item<F>::receipt& receipt) {
  f.extend(receipt);
};
/// Takes all that are open at once, for origins where every call costs a write to the disk or a way through
/// the network.
template <class F>
concept extends_together =
    !extends_one_by_one<F> && requires(F & f, std::span<const typename source_item<F>::receipt> receipts) {
  f.extend(receipts);
};
template <class F>
concept extending_source = acknowledging_source<F> &&
    (extends_one_by_one<F> || extends_together<F>)&&requires(const F& fixed) {
  std::chrono::nanoseconds{fixed.lease()};
};

using when_to_flush = std::optional<std::chrono::nanoseconds>;

template <class F>
concept flushes_without_context = requires(F& f) {
  { f.flush_verdicts() } -> std::convertible_to<when_to_flush>;
};
template <class F>
concept flushes_with_context = requires(F& f, source_context& context) {
  { f.flush_verdicts(context) } -> std::convertible_to<when_to_flush>;
};
/// Is called after every run of verdicts, for those that it did not tell its origin at once.
template <class F>
concept flushes_verdicts = acknowledging_source<F> &&(flushes_with_context<F> || flushes_without_context<F>);
/// Says how many verdicts its origin has not heard.
template <class F>
concept counts_untold = acknowledging_source<F> && requires(const F& f) {
  { f.untold() } -> std::convertible_to<untold_verdicts>;
};

/// Says how many items it has that it need not wait for.
template <class F>
concept has_at_hand = requires(const F& f) {
  { f.at_hand() } -> std::convertible_to<std::size_t>;
};

}  // namespace penstock::detail
