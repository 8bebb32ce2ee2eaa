#pragma once

#include <array>
#include <concepts>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <penstock/actors/worker_context.hpp>
#include <penstock/messages/copyable_item.hpp>
#include <penstock/messages/generator.hpp>

namespace penstock {

/// Makes a worker's body where the worker runs; see each_worker.
template <class Factory>
struct each_worker_factory {
  Factory make;
};

/// A body with an instance per worker, made by `factory` on the worker's thread.
template <class Factory>
each_worker_factory<Factory> each_worker(Factory factory) {
  return {std::move(factory)};
}

/// Specialise as true_type for a range that is one item, not many.
template <class T>
struct one_item : std::false_type {};
template <class C, class Tr, class A>
struct one_item<std::basic_string<C, Tr, A>> : std::true_type {};
template <class C, class Tr>
struct one_item<std::basic_string_view<C, Tr>> : std::true_type {};
template <class T, std::size_t N>
struct one_item<std::array<T, N>> : std::true_type {};

namespace detail {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_generator : std::false_type {};
template <class T>
struct is_generator<generator<T>> : std::true_type {};

template <class T>
concept range_of_items = requires(T& range) {
  range.begin();
  range.end();
}
&&!one_item<T>::value && !is_optional<T>::value && !is_generator<T>::value;

/// How a body's result becomes outputs.
enum class output_form { none, one, maybe, many, lazy };

template <class Result>
constexpr output_form form_of() {
  if constexpr (std::is_void_v<Result>) {
    return output_form::none;
  } else if constexpr (is_optional<Result>::value) {
    return output_form::maybe;
  } else if constexpr (is_generator<Result>::value) {
    return output_form::lazy;
  } else if constexpr (range_of_items<Result>) {
    return output_form::many;
  } else {
    return output_form::one;
  }
}

template <class Result>
struct output_of {
  using type = Result;
};
template <class T>
struct output_of<std::optional<T>> {
  using type = T;
};
template <class T>
struct output_of<generator<T>> {
  using type = T;
};
template <class R>
requires range_of_items<R>
struct output_of<R> {
  using type = std::remove_cvref_t<decltype(*std::declval<R&>().begin())>;
};

/// What a body is made of: the thing itself, or what its factory returns.
template <class Body>
struct instance_of {
  using type = Body;
};
template <class Factory>
struct instance_of<each_worker_factory<Factory>> {
  using type = std::decay_t<std::invoke_result_t<Factory&>>;
};

template <class Body>
inline constexpr bool makes_instances = false;
template <class Factory>
inline constexpr bool makes_instances<each_worker_factory<Factory>> = true;

template <class Body>
using instance_t = typename instance_of<std::decay_t<Body>>::type;

template <class F, class In>
concept takes_context =
    std::invocable<F&, worker_context&, In&&> || std::invocable<F&, worker_context&, const In&>;
template <class F, class In>
concept takes_item = std::invocable<F&, In&&> || std::invocable<F&, const In&>;

/// Calls a body with an item that is its own to take.
template <class F, class In>
decltype(auto) call_taking(F& f, worker_context& context, In& item) {
  if constexpr (std::invocable<F&, worker_context&, In&&>) {
    return std::invoke(f, context, std::move(item));
  } else if constexpr (std::invocable<F&, worker_context&, const In&>) {
    return std::invoke(f, context, std::as_const(item));
  } else if constexpr (std::invocable<F&, In&&>) {
    return std::invoke(f, std::move(item));
  } else {
    return std::invoke(f, std::as_const(item));
  }
}

/// True if a body can be called without its item changing. Of a container of move-only items one can't tell a
/// body that takes a reference from one that takes a copy, which would not compile; so it must not be kept.
template <class F, class In>
constexpr bool can_keep = copyable_item<In> ||
                          (!std::is_copy_constructible_v<In> &&
                           (std::invocable<F&, worker_context&, const In&> || std::invocable<F&, const In&>));

/// Calls a body with an item that must stay as it is.
template <class F, class In>
decltype(auto) call_keeping(F& f, worker_context& context, const In& item) {
  if constexpr (std::invocable<F&, worker_context&, const In&>) {
    return std::invoke(f, context, item);
  } else if constexpr (takes_context<F, In>) {
    return std::invoke(f, context, In(item));
  } else if constexpr (std::invocable<F&, const In&>) {
    return std::invoke(f, item);
  } else {
    return std::invoke(f, In(item));
  }
}

template <class F, class In>
struct body_result {
  using type =
      decltype(call_taking(std::declval<F&>(), std::declval<worker_context&>(), std::declval<In&>()));
};

template <class F, class In>
using body_result_t = typename body_result<F, In>::type;

template <class F, class In>
constexpr bool fits_body = takes_context<F, In> || takes_item<F, In>;

template <class F, class In>
using body_output_t = typename output_of<std::remove_cvref_t<body_result_t<F, In>>>::type;

/// What a body's on_end returns, in the form in which the engine calls it.
template <class F>
struct end_result {
  using type = void;
};
template <class F>
requires requires(F& f, worker_context& context) { f.on_end(context); }
struct end_result<F> {
  using type = std::remove_cvref_t<decltype(std::declval<F&>().on_end(std::declval<worker_context&>()))>;
};
template <class F>
requires(
    !requires(F & f, worker_context& context) { f.on_end(context); } &&
    requires(F & f) { f.on_end(); }) struct end_result<F> {
  using type = std::remove_cvref_t<decltype(std::declval<F&>().on_end())>;
};

/// A body that returns nothing and gives something out in its `on_end`.
template <class F, class In>
inline constexpr bool collects_items =
    std::is_void_v<body_output_t<F, In>> && !std::is_void_v<typename end_result<F>::type>;

/// A body that may keep what it takes for its `on_end`.
template <class F, class In>
constexpr bool may_keep_items() {
  constexpr auto form = form_of<std::remove_cvref_t<body_result_t<F, In>>>();
  return form != output_form::one && !std::is_void_v<typename end_result<F>::type>;
}

/// What a stage with this body puts out.
template <class F, class In>
using stage_output_t =
    std::conditional_t<collects_items<F, In>, typename output_of<typename end_result<F>::type>::type,
                       body_output_t<F, In>>;

}  // namespace detail

}  // namespace penstock
