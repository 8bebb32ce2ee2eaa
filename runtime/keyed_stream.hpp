#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <penstock/messages/copyable_item.hpp>
#include <penstock/runtime/body_checks.hpp>
#include <penstock/runtime/chunked.hpp>
#include <penstock/runtime/graph_data.hpp>
#include <penstock/runtime/keyed.hpp>
#include <penstock/runtime/misuse.hpp>
#include <penstock/runtime/node_maker.hpp>
#include <penstock/runtime/options.hpp>
#include <penstock/runtime/refused_stream.hpp>

namespace penstock {

/// A stream whose next stage is told to keep the items of a key together.
template <class T, class KeyOf>
class keyed_stream {
 public:
  keyed_stream(stream<T> base, KeyOf key_of) : base_{std::move(base)}, key_of_{std::move(key_of)} {}

  template <class Body, class... Options>
  auto stage(std::string name, Body body, const Options&... options) const {
    constexpr detail::misuse found = misuse_of<on_stage, Body, Options...>();
    detail::refuse<found>();
    if constexpr (found == detail::misuse::none) {
      return attach<detail::stage_output_t<detail::instance_t<Body>, T>>(
          detail::make_node<T, node_kind::stage>(std::move(name), std::move(body), options...));
    } else {
      return detail::refused_stream{};
    }
  }
  template <class Body, class... Options>
  void sink(std::string name, Body body, const Options&... options) const {
    constexpr detail::misuse found = misuse_of<on_sink, Body, Options...>();
    detail::refuse<found>();
    if constexpr (found == detail::misuse::none) {
      attach<void>(detail::make_node<T, node_kind::sink>(std::move(name), std::move(body), options...));
    }
  }

  /// A chunk per key, as if each key had a stream of its own; `max_held` bounds the items of all of them.
  /// Where it is reached the oldest chunk leaves short.
  template <std::integral N, class... Options>
  [[nodiscard]] auto chunk(std::string name, N n, const Options&... options) const {
    return add_chunk(std::move(name), detail::as_number(n), std::nullopt, options...);
  }
  template <std::integral N, class Rep, class Period, class... Options>
  [[nodiscard]] auto chunk(std::string name, N n, std::chrono::duration<Rep, Period> delay,
                           const Options&... options) const {
    return add_chunk(std::move(name), detail::as_number(n), detail::delay_in_ns(delay), options...);
  }
  template <std::integral N, class... Rest>
  [[nodiscard]] auto chunk(N n, const Rest&... delay_and_options) const {
    return chunk(std::string{"chunk"}, n, delay_and_options...);
  }

  // What a keyed stream is not for.
  template <class... Any>
  auto scatter(const Any&...) const {
    return needs_stage<Any...>();
  }
  template <class... Any>
  auto gather(const Any&...) const {
    return needs_stage<Any...>();
  }
  template <class... Any>
  auto by_key(const Any&...) const {
    return needs_stage<Any...>();
  }
  template <class... Any>
  auto map(const Any&...) const {
    return needs_stage<Any...>();
  }
  template <class... Any>
  auto filter(const Any&...) const {
    return needs_stage<Any...>();
  }
  template <class... Any>
  auto flat_map(const Any&...) const {
    return needs_stage<Any...>();
  }
  template <class... Any>
  auto flatten(const Any&...) const {
    return needs_stage<Any...>();
  }
  template <class... Any>
  auto tap(const Any&...) const {
    return needs_stage<Any...>();
  }

 private:
  template <class... Any>
  static detail::refused_stream needs_stage() {
    detail::refuse<sizeof...(Any) < 64 ? detail::misuse::keyed_without_stage : detail::misuse::none>();
    return {};
  }

  template <class... Options>
  auto add_chunk(std::string name, std::int64_t n, std::optional<std::int64_t> delay,
                 const Options&... options) const {
    constexpr detail::misuse found = detail::options_misuse<on_chunk, Options...>();
    detail::refuse<found>();
    if constexpr (found == detail::misuse::none) {
      return base_.template attach<std::vector<T>>(
          detail::make_chunk_node<T>(std::move(name), n, delay, key_of_, options...));
    } else {
      return detail::refused_stream{};
    }
  }

  /// Order is kept within each key; an option for the order of all would change nothing.
  template <unsigned Place, class Body, class... Options>
  static constexpr detail::misuse misuse_of() {
    constexpr auto found = detail::body_misuse<T, Place, Body, Options...>();
    const bool has_order = (detail::sets<&node_options::ordered, Options>() || ...);
    return found == detail::misuse::none && has_order ? detail::misuse::order_of_keyed_stage : found;
  }

  template <class Out>
  auto attach(graph_node node) const {
    node.lends = copyable_item<T>;
    node.make_partitioner = [key_of = key_of_]() -> std::unique_ptr<partitioner> {
      return std::make_unique<detail::typed_partitioner<T, KeyOf>>(key_of);
    };
    return base_.template attach<Out>(std::move(node));
  }

  stream<T> base_;
  KeyOf key_of_;
};

}  // namespace penstock
