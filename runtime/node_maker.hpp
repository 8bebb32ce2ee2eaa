#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include <penstock/messages/copyable_item.hpp>
#include <penstock/messages/item_codec.hpp>
#include <penstock/messages/type_name.hpp>
#include <penstock/messages/weight.hpp>
#include <penstock/runtime/body_traits.hpp>
#include <penstock/runtime/graph_data.hpp>
#include <penstock/runtime/member_names.hpp>
#include <penstock/runtime/options.hpp>
#include <penstock/runtime/supervision_options.hpp>
#include <penstock/runtime/typed_body.hpp>

namespace penstock::detail {

/// Everything about a node that depends on types, of a body that fits.
template <class In, node_kind Kind, class Body, class... Options>
graph_node make_node(std::string name, Body body, const Options&... options) {
  using instance = instance_t<Body>;
  constexpr auto form = form_of<std::remove_cvref_t<body_result_t<instance, In>>>();
  using out = stage_output_t<instance, In>;
  graph_node node;
  node.kind = Kind;
  node.name = std::move(name);
  node.options = collect_options(options...);
  (set_timeout<In>(node.options, options), ...);
  node.one_to_many = form == output_form::many || form == output_form::lazy;
  node.lazy = form == output_form::lazy;
  if constexpr ((writes_dead_letters<Options>() || ...)) node.codec = &item_codec_of<In>();
  if constexpr ((isolates<Options>() || ...)) {
    node.may_be_isolated = true;
    node.has_on_end = names_on_end<instance>;
    node.input_codec = &item_codec_of<In>();
    if constexpr (!std::is_void_v<out>) node.output_codec = &item_codec_of<out>();
  }
  node.holds_items = Kind != node_kind::sink && may_keep_items<instance, In>();
  node.make_body = body_maker<In>(std::move(body));
  node.lends = copyable_item<In> || (!node.lazy && can_keep<instance, In>);
  node.input_type = type_name<In>();
  node.input_size = sizeof(In);
  node.fixed_input_size = fixed_weight<In>;
  node.weight_unseen = weighs_sizeof_only<In>();
  return node;
}

}  // namespace penstock::detail
