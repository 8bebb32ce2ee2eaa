#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <penstock/messages/outcome.hpp>
#include <penstock/runtime/graph_data.hpp>
#include <penstock/runtime/keyed.hpp>
#include <penstock/runtime/operators.hpp>
#include <penstock/runtime/options.hpp>
#include <penstock/runtime/typed_body.hpp>

namespace penstock {

template <class T>
class stream;
template <class Base, class... Ops>
class refined_stream;
template <class T, class KeyOf>
class keyed_stream;

namespace detail {

/// Binds operators to an output; where the output has operators already, or is several outputs merged, they
/// become a stage of their own.
std::vector<output_ref> refine(graph_data& graph, const std::vector<output_ref>& outputs,
                               std::shared_ptr<const chain_spec> operators);

/// Everything about a node that depends on types.
template <class In, class Body, unsigned Place, class... Options>
graph_node make_node(node_kind kind, std::string name, Body body, const Options&... options) {
  using instance = instance_t<Body>;
  graph_node node;
  node.kind = kind;
  node.name = std::move(name);
  static_assert(fits_body<instance, In>, "penstock: the stage's body can't take the items of this stream");
  if constexpr (fits_body<instance, In>) {
    using result = std::remove_cvref_t<body_result_t<instance, In>>;
    constexpr auto form = form_of<result>();
    constexpr bool sink = (Place & on_sink) != 0;
    static_assert(!sink || form == output_form::none,
                  "penstock: a sink's body must return void; use stage for one that returns");
    static_assert(sink || form != output_form::none,
                  "penstock: a stage's body must return something; use sink for one that returns void");
    static_assert(Place != on_scatter || form == output_form::many || form == output_form::lazy,
                  "penstock: a scatter's body must return a range or a generator");
    constexpr bool keeps = ((retries<Options>() || writes_dead_letters<Options>()) || ...);
    static_assert(!keeps || can_keep<instance, In>,
                  "penstock: retry and dead_letter need the item after the body saw it, so a move-only item "
                  "must be taken by "
                  "const reference");
    node.options = collect_options<Place>(options...);
    node.one_to_many = form == output_form::many || form == output_form::lazy;
    node.lazy = form == output_form::lazy;
    if constexpr ((writes_dead_letters<Options>() || ...)) node.codec = &item_codec_of<In>();
    node.make_body = body_maker<In>(std::move(body));
  }
  node.lends = std::is_copy_constructible_v<In> ||
               (!node.lazy && (std::is_invocable_v<instance&, const In&> ||
                               std::is_invocable_v<instance&, worker_context&, const In&>));
  node.input_type = type_name<In>();
  node.input_size = sizeof(In);
  node.fixed_input_size = fixed_weight<In>;
  return node;
}

template <class In, class Body>
struct stage_output {
  using type = void;
};
template <class In, class Body>
requires fits_body<instance_t<Body>, In>
struct stage_output<In, Body> {
  using type = body_output_t<instance_t<Body>, In>;
};

/// The calls that a stream and a refined stream share.
template <class Self, class T>
class stream_calls {
 public:
  using item_type = T;

  /// A pool of workers behind a credit gate; returns the stream of their outputs.
  template <class Body, class... Options>
  auto stage(std::string name, Body body, const Options&... options) const {
    using out = typename stage_output<T, Body>::type;
    return add<out>(
        make_node<T, Body, on_stage>(node_kind::stage, std::move(name), std::move(body), options...));
  }

  /// The end of a stream: the body returns void.
  template <class Body, class... Options>
  void sink(std::string name, Body body, const Options&... options) const {
    add<void>(make_node<T, Body, on_sink>(node_kind::sink, std::move(name), std::move(body), options...));
  }

  /// Makes many pieces of one item; `gather` brings them together again.
  template <class Body, class... Options>
  auto scatter(std::string name, Body body, const Options&... options) const {
    using out = typename stage_output<T, Body>::type;
    return add<out>(
        make_node<T, Body, on_scatter>(node_kind::scatter, std::move(name), std::move(body), options...));
  }

  /// Takes all pieces of a scattered item at once, as std::vector<outcome<T>> in order of arrival, failures
  /// last.
  template <class Body, class... Options>
  auto gather(std::string name, Body body, const Options&... options) const {
    using pieces = std::vector<outcome<T>>;
    using out = typename stage_output<pieces, Body>::type;
    graph_node node =
        make_node<pieces, Body, on_gather>(node_kind::gather, std::move(name), std::move(body), options...);
    node.lends = std::is_copy_constructible_v<T>;
    node.make_collector = []() -> std::unique_ptr<collector> {
      return std::make_unique<typed_collector<T>>();
    };
    return add<out>(std::move(node));
  }

  /// The next stage works on items of one key in order and in one worker. `key_of(const T&)` gives what
  /// std::hash takes.
  template <class KeyOf>
  keyed_stream<T, KeyOf> by_key(KeyOf key_of) const {
    static_assert(std::invocable<KeyOf&, const T&>,
                  "penstock: the key function can't take the items of this stream");
    return {self().erased(), std::move(key_of)};
  }

  // Fused operators: no stage of their own, they run with what makes the items. Optionally named, with a
  // policy.
  template <class F>
  auto map(F f) const {
    return map("map", std::move(f));
  }
  template <class F, class... Options>
  auto map(std::string name, F f, const Options&... options) const {
    check_operator<F>();
    return self().with(std::move(name), map_operator<F>{std::move(f)}, options...);
  }
  template <class F>
  auto filter(F f) const {
    return filter("filter", std::move(f));
  }
  template <class F, class... Options>
  auto filter(std::string name, F f, const Options&... options) const {
    check_operator<F>();
    return self().with(std::move(name), filter_operator<F>{std::move(f)}, options...);
  }
  template <class F>
  auto flat_map(F f) const {
    return flat_map("flat_map", std::move(f));
  }
  template <class F, class... Options>
  auto flat_map(std::string name, F f, const Options&... options) const {
    check_operator<F>();
    return self().with(std::move(name), flat_map_operator<F>{std::move(f)}, options...);
  }
  auto flatten() const { return self().with("flatten", flat_map_operator<identity_function>{}); }
  template <class F>
  auto tap(F f) const {
    return tap("tap", std::move(f));
  }
  template <class F, class... Options>
  auto tap(std::string name, F f, const Options&... options) const {
    check_operator<F>();
    return self().with(std::move(name), tap_operator<F>{std::move(f)}, options...);
  }

 protected:
  template <class Out>
  auto add(graph_node node) const {
    const stream<T> input = self().erased();
    return input.template attach<Out>(std::move(node));
  }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }

  template <class F>
  static constexpr void check_operator() {
    static_assert(std::invocable<F&, T&&> || std::invocable<F&, const T&>,
                  "penstock: the operator's body can't take the items of this stream");
  }
};

}  // namespace detail

/// A typed handle on an output of a graph's node. Using it twice gives both consumers every item. A small
/// value; it must not outlive a run's need of the graph, but may outlive the graph object itself.
template <class T>
class stream : public detail::stream_calls<stream<T>, T> {
 public:
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
      spec->lends = std::is_copy_constructible_v<T>;
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
    static_assert(!(detail::retries<Options>() || ...),
                  "penstock: a fused operator can't take the option retry; a stage can");
    const node_options taken = detail::collect_options<on_operator>(options...);
    spec.operators.push_back({std::move(name), taken.policy});
    spec.expands = spec.expands || Op::expands;
    if constexpr ((detail::writes_dead_letters<Options>() || ...)) {
      static_assert(
          std::is_copy_constructible_v<T>,
          "penstock: an operator's dead_letter keeps a copy of the item, so it can't be of a move-only type");
      spec.writes_dead_letters = true;
      spec.input_codec = &item_codec_of<T>();
    }
  }

  stream<T> base_;
  std::tuple<Ops...> ops_;
  chain_spec spec_;
  mutable std::shared_ptr<stream<item>> erased_;  ///< used twice, the operators are still one set
};

/// A stream whose next stage is told to keep the items of a key together.
template <class T, class KeyOf>
class keyed_stream {
 public:
  keyed_stream(stream<T> base, KeyOf key_of) : base_{std::move(base)}, key_of_{std::move(key_of)} {}

  template <class Body, class... Options>
  auto stage(std::string name, Body body, const Options&... options) const {
    using out = typename detail::stage_output<T, Body>::type;
    return attach<out>(
        detail::make_node<T, Body, on_stage>(node_kind::stage, std::move(name), std::move(body), options...));
  }
  template <class Body, class... Options>
  void sink(std::string name, Body body, const Options&... options) const {
    attach<void>(
        detail::make_node<T, Body, on_sink>(node_kind::sink, std::move(name), std::move(body), options...));
  }

 private:
  template <class Out>
  auto attach(graph_node node) const {
    node.lends = std::is_copy_constructible_v<T>;
    node.make_partitioner = [key_of = key_of_]() -> std::unique_ptr<partitioner> {
      return std::make_unique<detail::typed_partitioner<T, KeyOf>>(key_of);
    };
    return base_.template attach<Out>(std::move(node));
  }

  stream<T> base_;
  KeyOf key_of_;
};

}  // namespace penstock
