#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <penstock/messages/copyable_item.hpp>
#include <penstock/messages/type_name.hpp>
#include <penstock/runtime/graph_data.hpp>
#include <penstock/runtime/keyed_stream.hpp>
#include <penstock/runtime/operators.hpp>
#include <penstock/runtime/options.hpp>
#include <penstock/runtime/stream_calls.hpp>

namespace penstock {

namespace detail {

/// Binds operators to an output; where the output has operators already, or is several outputs merged, they
/// become a stage of their own.
std::vector<output_ref> refine(graph_data& graph, const std::vector<output_ref>& outputs,
                               std::shared_ptr<const chain_spec> operators);

}  // namespace detail

/// A typed handle on an output of a graph's node. Using it twice gives both consumers every item. A small
/// value; it must not outlive a run's need of the graph, but may outlive the graph object itself.
template <class T>
class stream : public detail::stream_calls<stream<T>, T> {
 public:
  using chain_input = T;

  stream(std::shared_ptr<graph_data> graph, std::vector<output_ref> outputs)
      : graph_{std::move(graph)}, outputs_{std::move(outputs)} {}

  // For the library.
  const stream& erased() const { return *this; }
  const std::shared_ptr<graph_data>& graph() const { return graph_; }
  const std::vector<output_ref>& outputs() const { return outputs_; }
  template <class Op, class... Options>
  auto with(std::string name, Op op, const Options&... options) const {
    return refined_stream<stream<T>, Op>::start(*this, std::move(name), std::move(op), options...);
  }
  template <class Out>
  auto attach(graph_node node) const {
    node.inputs = outputs_;
    graph_->nodes.push_back(std::move(node));
    if constexpr (!std::is_void_v<Out>) {
      return stream<Out>{graph_, {output_ref{graph_->nodes.size() - 1, nullptr}}};
    }
  }

 private:
  std::shared_ptr<graph_data> graph_;
  std::vector<output_ref> outputs_;
};

/// A stream and the operators that refine it, as one type; erased where it becomes a stream or meets a stage.
template <class T, class... Ops>
class refined_stream<stream<T>, Ops...>
    : public detail::stream_calls<refined_stream<stream<T>, Ops...>,
                                  typename detail::chain_output<T, Ops...>::type> {
 public:
  using chain_input = T;
  using item = typename detail::chain_output<T, Ops...>::type;

  refined_stream(stream<T> base, std::tuple<Ops...> ops, chain_spec spec)
      : base_{std::move(base)}, ops_{std::move(ops)}, spec_{std::move(spec)} {}

  template <class Op, class... Options>
  static refined_stream start(const stream<T>& base, std::string name, Op op, const Options&... options) {
    chain_spec spec;
    note<Op, Options...>(spec, std::move(name), options...);
    return {base, std::tuple<Op>{std::move(op)}, std::move(spec)};
  }

  operator stream<item>() const { return erased(); }  // NOLINT: this is what it stands for

  // For the library.
  stream<item> erased() const {
    if (!erased_) {
      auto spec = std::make_shared<chain_spec>(spec_);
      spec->lends = copyable_item<T>;
      spec->input_type = type_name<T>();
      spec->make = [ops = ops_]() -> std::unique_ptr<chain> {
        return std::make_unique<detail::typed_chain<T, Ops...>>(ops);
      };
      erased_ = std::make_shared<stream<item>>(base_.graph(),
                                               detail::refine(*base_.graph(), base_.outputs(), spec));
    }
    return *erased_;
  }
  template <class Op, class... Options>
  auto with(std::string name, Op op, const Options&... options) const {
    chain_spec spec = spec_;
    note<Op, Options...>(spec, std::move(name), options...);
    return refined_stream<stream<T>, Ops..., Op>{base_, std::tuple_cat(ops_, std::tuple<Op>{std::move(op)}),
                                                 std::move(spec)};
  }

 private:
  template <class Op, class... Options>
  static void note(chain_spec& spec, std::string name, const Options&... options) {
    const node_options taken = detail::collect_options(options...);
    spec.operators.push_back({std::move(name), taken.policy});
    spec.expands = spec.expands || Op::expands;
    if constexpr ((detail::writes_dead_letters<Options>() || ...)) {
      spec.writes_dead_letters = true;
      spec.input_codec = &item_codec_of<T>();
    }
  }

  stream<T> base_;
  std::tuple<Ops...> ops_;
  chain_spec spec_;
  mutable std::shared_ptr<stream<item>> erased_;  ///< used twice, the operators are still one set
};

}  // namespace penstock
