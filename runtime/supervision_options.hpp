#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include <penstock/runtime/options.hpp>

namespace penstock {

namespace detail {

/// A limit that is asked for each item.
template <class F>
struct timeout_function {
  static constexpr unsigned places = on_pool;
  static constexpr auto field = &node_options::timeout;
  F f;
  void apply(node_options& to) const { to.timeout_by_item = true; }

  template <class In>
  static constexpr bool takes = requires(const F& of, const In& item) {
    { of(item) } -> std::convertible_to<std::chrono::nanoseconds>;
  };
  template <class In>
  std::function<std::int64_t(const void*)> erased() const {
    return [given = f](const void* item) -> std::int64_t {
      const auto limit = given(*static_cast<const In*>(item));
      // The largest duration of any unit may stand for no limit, and has no place in nanoseconds.
      constexpr double years = 3e9;
      if (std::chrono::duration<double>{limit}.count() > years) return 0;
      return std::chrono::nanoseconds{limit}.count();
    };
  }
};

struct restarts_option {
  static constexpr unsigned places = on_pool;
  static constexpr auto field = &node_options::restarts;
  std::int64_t most;
  std::chrono::nanoseconds window;
  std::chrono::nanoseconds backoff;
  void apply(node_options& to) const {
    to.restarts = most;
    to.restart_window = window;
    to.restart_backoff = backoff;
  }
};

/// False for a `timeout(f)` whose f can't be asked about this stage's items.
template <class In, class Option>
constexpr bool timeout_fits() {
  if constexpr (requires(const Option& option) { option.template erased<In>(); }) {
    return Option::template takes<In>;
  } else {
    return true;
  }
}

template <class In, class Option>
void set_timeout(node_options& to, const Option& option) {
  if constexpr (requires { option.template erased<In>(); }) to.timeout_of = option.template erased<In>();
}

}  // namespace detail

/// How long the body may take for one item, until its next item if it is a generator; fused operators are not
/// counted. An item that takes longer fails with timeout_error, by the stage's policy; its worker is left to
/// itself with its thread and replaced. For blocking and per_core pools. What the body uses must live as long
/// as it does: capture by value. No default.
inline auto timeout(std::chrono::nanoseconds limit) {
  return detail::number_option<&node_options::timeout, on_pool>{limit.count()};
}
/// The same, asked for each item: `std::chrono` duration `f(const In&)`; 0 or less is no limit. Called on the
/// workers' threads.
template <class F>
requires(!std::convertible_to<F, std::chrono::nanoseconds>) auto timeout(F f) {
  return detail::timeout_function<F>{std::move(f)};
}

/// How many workers of the stage may crash or hang within `window` before the run fails with restarts_error.
/// A worker that crashes for the second time without finishing an item in between is replaced after
/// `backoff`, then after twice that and so on, up to 30 s. Default: 3 for each worker but at least 10 in a
/// minute, 100 ms.
inline auto restarts(auto most, std::chrono::nanoseconds window = std::chrono::minutes{1},
                     std::chrono::nanoseconds backoff = std::chrono::milliseconds{100}) {
  return detail::restarts_option{detail::as_number(most), window, backoff};
}

/// How long the bodies that are in work get when they have to end: when the group of their stage restarts
/// (one that takes longer fails the run with restarts_error; default 5 s), and when the run was aborted (then
/// the run goes on without them; default 1 s).
inline auto shutdown(std::chrono::nanoseconds time) {
  return detail::number_option<&node_options::shutdown, on_pool>{time.count()};
}

/// How much memory of its own an isolated worker's process may have; one that needs more is replaced.
/// Default: no limit.
constexpr auto memory_limit(auto n) {
  return detail::number_option<&node_options::memory_limit, on_pool>{detail::as_number(n)};
}

/// Like retry, for errors after which the body's instance is of no more use: its worker ends (`on_stop`), and
/// the item is tried again by a new one.
inline auto restart_worker(auto attempts_after_the_first, std::chrono::nanoseconds backoff = {}) {
  return detail::again<error_action::restart>(detail::as_number(attempts_after_the_first), backoff);
}

}  // namespace penstock
