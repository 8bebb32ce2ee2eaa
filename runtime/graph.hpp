#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/error.hpp>
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
  /// T&) and nack(const T&, reason).
  template <class Body, class... Options>
  auto source(std::string name, Body body, const Options&... options) {
    static_assert(
        detail::source_callable<Body> || detail::range_of_items<Body>,
        "penstock: a source's body must be a range, or a callable that returns std::optional or a generator");
    using item = typename detail::source_item<Body>::type;
    graph_node node;
    node.kind = node_kind::source;
    node.name = std::move(name);
    node.options = detail::collect_options<on_source>(options...);
    node.acknowledges = detail::acknowledging_source<Body, item> && detail::calls_for_each_item<Body>;
    node.make_source = detail::source_maker<Body>(std::move(body));
    data_->nodes.push_back(std::move(node));
    return stream<item>{data_, {output_ref{data_->nodes.size() - 1, nullptr}}};
  }

  const graph_data& data() const { return *data_; }

 private:
  std::shared_ptr<graph_data> data_;
};

/// One stream of all the items of several, as they come.
template <class First, class... Others>
auto merge(const First& first, const Others&... others) {
  using item = typename First::item_type;
  static_assert((std::is_same_v<item, typename Others::item_type> && ...),
                "penstock: merged streams must have items of one type");
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

}  // namespace penstock
