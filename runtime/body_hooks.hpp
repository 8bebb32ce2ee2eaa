#pragma once

#include <type_traits>
#include <utility>

#include <penstock/messages/batch.hpp>
#include <penstock/messages/batch_writer.hpp>
#include <penstock/runtime/body_traits.hpp>

namespace penstock::detail {

// Hooks of bodies and sources, found by their names. Those that can be called in no way are refused earlier,
// in body_checks.hpp.

/// Calls a hook with the context if it takes one.
template <class F, class Context>
void call_on_start(F& f, Context& context) {
  if constexpr (requires { f.on_start(context); }) {
    f.on_start(context);
  } else if constexpr (requires { f.on_start(); }) {
    f.on_start();
  }
}
template <class F, class Context>
void call_on_stop(F& f, Context& context) {
  if constexpr (requires { f.on_stop(context); }) {
    f.on_stop(context);
  } else if constexpr (requires { f.on_stop(); }) {
    f.on_stop();
  }
}

/// Puts what a body or hook returned into a writer.
template <class Out, class Result>
void write_result(batch_writer<Out>& to, Result&& result) {
  using result_type = std::remove_cvref_t<Result>;
  if constexpr (is_optional<result_type>::value) {
    if (result) to.emplace(*std::forward<Result>(result));
  } else if constexpr (is_generator<result_type>::value) {
    while (result.next()) to.emplace(std::move(result.value()));
  } else if constexpr (range_of_items<result_type>) {
    for (auto&& each : result) to.emplace(std::move(each));
  } else {
    to.emplace(std::forward<Result>(result));
  }
}

template <class Out, class F>
batch call_on_end(F& f, worker_context& context) {
  if constexpr (std::is_void_v<Out>) {
    if constexpr (requires { f.on_end(context); }) {
      f.on_end(context);
    } else if constexpr (requires { f.on_end(); }) {
      f.on_end();
    }
    return {};
  } else {
    batch_writer<Out> writer;
    const auto emit = [&](auto&& call) {
      if constexpr (std::is_void_v<decltype(call())>) {
        call();
      } else {
        write_result(writer, call());
      }
    };
    if constexpr (requires { f.on_end(context); }) {
      emit([&]() -> decltype(auto) { return f.on_end(context); });
    } else if constexpr (requires { f.on_end(); }) {
      emit([&]() -> decltype(auto) { return f.on_end(); });
    }
    return writer.finish();
  }
}

}  // namespace penstock::detail
