#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <penstock/actors/source.hpp>
#include <penstock/actors/stage_group.hpp>
#include <penstock/actors/stage_plan.hpp>
#include <penstock/runtime/node_options.hpp>

namespace penstock {

/// A chain of fused operators, not yet bound to the stage that will run it.
struct chain_spec {
  std::function<std::unique_ptr<chain>()> make;
  std::vector<operator_plan> operators;
  bool expands = false;
  bool writes_dead_letters = false;
  const item_codec* input_codec = nullptr;
  bool lends = true;  ///< its input's type can be copied, so others may share it
  std::string input_type;
};

/// One output of a node, with the operators that refine it.
struct output_ref {
  std::size_t node = 0;
  std::shared_ptr<const chain_spec> operators;
};

/// What a node of a graph is.
enum class node_kind { source, stage, sink, scatter, gather, chunk, chain };

const char* to_string(node_kind kind);

/// A node as the program described it. Types are erased; everything else is as given.
struct graph_node {
  node_kind kind = node_kind::stage;
  std::string name;
  node_options options;
  std::vector<output_ref> inputs;

  // source
  std::function<std::unique_ptr<source_body>()> make_source;
  bool acknowledges = false;
  pool_kind usual_pool = pool_kind::cooperative;  ///< where neither the program nor a setting names one

  // the others
  std::function<std::unique_ptr<body>()> make_body;
  std::function<std::unique_ptr<partitioner>()> make_partitioner;
  std::function<std::unique_ptr<collector>()> make_collector;
  std::function<std::unique_ptr<chunk_items>()> make_chunk_items;
  bool keyed_chunks = false;
  bool holds_items = false;  ///< its body keeps items for its `on_end`
  bool one_to_many = false;
  bool lazy = false;
  bool lends =
      false;  ///< its input's type (a source's: its items') can be copied, so it may share it with others
  std::string input_type;
  std::size_t input_size = 0;  ///< sizeof
  bool fixed_input_size = false;
  bool weight_unseen = false;         ///< what its input owns is not weighed
  const item_codec* codec = nullptr;  ///< for dead letters
  // Where the program lets workers be processes of their own.
  bool may_be_isolated = false;
  bool has_on_end = false;
  const item_codec* input_codec = nullptr;
  const item_codec* output_codec = nullptr;  ///< null: a sink
};

/// Stages that are restarted together, as the program named them.
struct given_group {
  std::string name;
  group_strategy strategy = group_strategy::one_for_all;
  std::vector<std::string> stages;
};

/// The description behind a graph and its streams.
struct graph_data {
  std::string name;
  std::vector<graph_node> nodes;
  std::vector<given_group> groups{};
};

}  // namespace penstock
