#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <penstock/messages/copyable_item.hpp>
#include <penstock/messages/outcome.hpp>
#include <penstock/runtime/body_checks.hpp>
#include <penstock/runtime/chunked.hpp>
#include <penstock/runtime/graph_data.hpp>
#include <penstock/runtime/keyed.hpp>
#include <penstock/runtime/misuse.hpp>
#include <penstock/runtime/node_maker.hpp>
#include <penstock/runtime/operator_checks.hpp>
#include <penstock/runtime/operators.hpp>
#include <penstock/runtime/options.hpp>
#include <penstock/runtime/refused_stream.hpp>

namespace penstock {

template <class T>
class stream;
template <class Base, class... Ops>
class refined_stream;
template <class T, class KeyOf>
class keyed_stream;

namespace detail {

/// What a call begins with where its optional name is left out.
template <class F>
concept unnamed = !std::convertible_to<F, std::string>;

/// The calls that a stream and a refined stream share. A call with a mistake in it is refused with one
/// message, and nothing else of it is compiled.
template <class Self, class T>
class stream_calls {
 public:
  using item_type = T;

  /// A pool of workers behind a credit gate; returns the stream of their outputs.
  template <class Body, class... Options>
  auto stage(std::string name, Body body, const Options&... options) const {
    constexpr misuse found = body_misuse<T, on_stage, Body, Options...>();
    refuse<found>();
    if constexpr (found == misuse::none) {
      return add<stage_output_t<instance_t<Body>, T>>(
          make_node<T, node_kind::stage>(std::move(name), std::move(body), options...));
    } else {
      return refused_stream{};
    }
  }

  /// The end of a stream: the body returns void.
  template <class Body, class... Options>
  void sink(std::string name, Body body, const Options&... options) const {
    constexpr misuse found = body_misuse<T, on_sink, Body, Options...>();
    refuse<found>();
    if constexpr (found == misuse::none) {
      add<void>(make_node<T, node_kind::sink>(std::move(name), std::move(body), options...));
    }
  }

  /// Makes many pieces of one item; `gather` brings them together again.
  template <class Body, class... Options>
  auto scatter(std::string name, Body body, const Options&... options) const {
    constexpr misuse found = body_misuse<T, on_scatter, Body, Options...>();
    refuse<found>();
    if constexpr (found == misuse::none) {
      return add<body_output_t<instance_t<Body>, T>>(
          make_node<T, node_kind::scatter>(std::move(name), std::move(body), options...));
    } else {
      return refused_stream{};
    }
  }

  /// Takes all pieces of a scattered item at once, as std::vector<outcome<T>> in order of arrival, failures
  /// last.
  template <class Body, class... Options>
  auto gather(std::string name, Body body, const Options&... options) const {
    using pieces = std::vector<outcome<T>>;
    constexpr misuse found = body_misuse<pieces, on_gather, Body, Options...>();
    refuse<found>();
    if constexpr (found == misuse::none) {
      graph_node node = make_node<pieces, node_kind::gather>(std::move(name), std::move(body), options...);
      node.lends = copyable_item<T>;
      node.make_collector = []() -> std::unique_ptr<collector> {
        return std::make_unique<typed_collector<T>>();
      };
      return add<body_output_t<instance_t<Body>, pieces>>(std::move(node));
    } else {
      return refused_stream{};
    }
  }

  /// Collects `n` items into one, a std::vector of them in order; the last may be short. The items are held
  /// by the runtime: their jobs are done when the chunk's are. `max_held` and `max_held_bytes` bound them.
  template <std::integral N, class... Options>
  [[nodiscard]] auto chunk(std::string name, N n, const Options&... options) const {
    return add_chunk(std::move(name), as_number(n), std::nullopt, options...);
  }
  /// The same, but a chunk leaves short once its first item has waited for `delay`.
  template <std::integral N, class Rep, class Period, class... Options>
  [[nodiscard]] auto chunk(std::string name, N n, std::chrono::duration<Rep, Period> delay,
                           const Options&... options) const {
    return add_chunk(std::move(name), as_number(n), delay_in_ns(delay), options...);
  }
  template <std::integral N, class... Rest>
  [[nodiscard]] auto chunk(N n, const Rest&... delay_and_options) const {
    return chunk(std::string{"chunk"}, n, delay_and_options...);
  }

  /// The next stage works on items of one key in order and in one worker. `key_of(const T&)` gives what
  /// std::hash takes.
  template <class KeyOf>
  [[nodiscard]] auto by_key(KeyOf key_of) const {
    constexpr misuse found = key_misuse<KeyOf, T>();
    refuse<found>();
    if constexpr (found == misuse::none) {
      return keyed_stream<T, KeyOf>{self().erased(), std::move(key_of)};
    } else {
      return refused_stream{};
    }
  }

  // Fused operators: no stage of their own, they run with what makes the items. Optionally named, with a
  // policy.
  template <unnamed F, class... Options>
  [[nodiscard]] auto map(F f, const Options&... options) const {
    return map("map", std::move(f), options...);
  }
  template <class F, class... Options>
  [[nodiscard]] auto map(std::string name, F f, const Options&... options) const {
    return refine_with(std::move(name), map_operator<F>{std::move(f)}, options...);
  }
  template <unnamed F, class... Options>
  [[nodiscard]] auto filter(F f, const Options&... options) const {
    return filter("filter", std::move(f), options...);
  }
  template <class F, class... Options>
  [[nodiscard]] auto filter(std::string name, F f, const Options&... options) const {
    return refine_with(std::move(name), filter_operator<F>{std::move(f)}, options...);
  }
  template <unnamed F, class... Options>
  [[nodiscard]] auto flat_map(F f, const Options&... options) const {
    return flat_map("flat_map", std::move(f), options...);
  }
  template <class F, class... Options>
  [[nodiscard]] auto flat_map(std::string name, F f, const Options&... options) const {
    return refine_with(std::move(name), flat_map_operator<F>{std::move(f)}, options...);
  }
  [[nodiscard]] auto flatten() const { return flat_map("flatten", identity_function{}); }
  template <unnamed F, class... Options>
  [[nodiscard]] auto tap(F f, const Options&... options) const {
    return tap("tap", std::move(f), options...);
  }
  template <class F, class... Options>
  [[nodiscard]] auto tap(std::string name, F f, const Options&... options) const {
    return refine_with(std::move(name), tap_operator<F>{std::move(f)}, options...);
  }

 protected:
  template <class Out>
  auto add(graph_node node) const {
    const stream<T> input = self().erased();
    return input.template attach<Out>(std::move(node));
  }

 private:
  template <class... Options>
  auto add_chunk(std::string name, std::int64_t n, std::optional<std::int64_t> delay,
                 const Options&... options) const {
    constexpr misuse found = options_misuse<on_chunk, Options...>();
    refuse<found>();
    if constexpr (found == misuse::none) {
      return add<std::vector<T>>(make_chunk_node<T>(std::move(name), n, delay, no_key{}, options...));
    } else {
      return refused_stream{};
    }
  }

  const Self& self() const { return static_cast<const Self&>(*this); }

  template <class Op, class... Options>
  auto refine_with(std::string name, Op op, const Options&... options) const {
    constexpr misuse found = operator_misuse<Op, T, typename Self::chain_input, Options...>();
    refuse<found>();
    if constexpr (found == misuse::none) {
      return self().with(std::move(name), std::move(op), options...);
    } else {
      return refused_stream{};
    }
  }
};

}  // namespace detail

}  // namespace penstock
