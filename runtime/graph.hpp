#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/misuse.hpp>
#include <penstock/runtime/refused_stream.hpp>
#include <penstock/runtime/source_checks.hpp>
#include <penstock/runtime/stream.hpp>
#include <penstock/runtime/typed_source.hpp>

namespace penstock {

/// A dataflow graph: a description that can be printed, checked and run many times. Not for several threads
/// at once.
class graph {
 public:
  explicit graph(std::string name);

  const std::string& name() const { return data_->name; }

  /// A source of items: a callable that returns std::optional<T> (nothing: the end) or a generator<T>, with
  /// or without a source_context&; a range; or a class with such a call operator, which may have ack(const
  /// T&) and nack(const T&, reason). A class whose calls wait, for a disk say, has a member `static constexpr
  /// bool blocks = true;`: it then runs on a thread of its own unless told otherwise.
  template <class Body, class... Options>
  auto source(std::string name, Body body, const Options&... options) {
    constexpr detail::misuse found = detail::source_misuse<Body, Options...>();
    detail::refuse<found>();
    if constexpr (found == detail::misuse::none) {
      using item = typename detail::source_item<Body>::type;
      graph_node node;
      node.kind = node_kind::source;
      node.name = std::move(name);
      node.options = detail::collect_options(options...);
      node.lends = copyable_item<item>;
      node.acknowledges = detail::acknowledging_source<Body>;
      if constexpr (detail::blocks_by_nature<Body>) node.usual_pool = pool_kind::blocking;
      node.make_source = detail::source_maker<Body>(std::move(body));
      data_->nodes.push_back(std::move(node));
      return stream<item>{data_, {output_ref{data_->nodes.size() - 1, nullptr}}};
    } else {
      return detail::refused_stream{};
    }
  }

  /// When a worker of one of these stages crashes or hangs, the workers of all of them are replaced: they end
  /// behind the items that they have in work, the last stage first, and start in this order. For bodies whose
  /// state hangs together. Nothing is lost by it, and other stages go on. Groups don't overlap.
  void one_for_all(std::string name, std::vector<std::string> stages) {
    data_->groups.push_back({std::move(name), group_strategy::one_for_all, std::move(stages)});
  }
  /// The same, but only for the stage itself and those behind it in the list.
  void rest_for_one(std::string name, std::vector<std::string> stages) {
    data_->groups.push_back({std::move(name), group_strategy::rest_for_one, std::move(stages)});
  }

  const graph_data& data() const { return *data_; }

 private:
  std::shared_ptr<graph_data> data_;
};

namespace detail {

template <class S>
concept any_stream = requires(const S& s) {
  typename S::item_type;
  s.erased();
};

template <class First, class... Others>
constexpr misuse merge_misuse() {
  if constexpr (!(any_stream<First> && ... && any_stream<Others>)) {
    return misuse::merge_of_no_stream;
  } else {
    return (std::is_same_v<typename First::item_type, typename Others::item_type> && ...)
               ? misuse::none
               : misuse::merge_of_other_items;
  }
}

template <class... Streams>
constexpr bool any_refused = (std::is_same_v<Streams, refused_stream> || ...);

}  // namespace detail

/// One stream of all the items of several, as they come. Throws graph_error if they are not of one graph.
template <class First, class... Others>
auto merge(const First& first, const Others&... others) {
  constexpr detail::misuse found =
      detail::any_refused<First, Others...> ? detail::misuse::none : detail::merge_misuse<First, Others...>();
  detail::refuse<found>();
  if constexpr (detail::any_refused<First, Others...> || found != detail::misuse::none) {
    return detail::refused_stream{};
  } else {
    using item = typename First::item_type;
    const stream<item> head = first.erased();
    std::vector<output_ref> all = head.outputs();
    const auto add = [&](const stream<item>& other) {
      if (other.graph() != head.graph()) {
        throw graph_error("graph '" + head.graph()->name + "': merge of a stream of another graph, '" +
                          other.graph()->name + "'");
      }
      all.insert(all.end(), other.outputs().begin(), other.outputs().end());
    };
    (add(others.erased()), ...);
    return stream<item>{head.graph(), std::move(all)};
  }
}

}  // namespace penstock
