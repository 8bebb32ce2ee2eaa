#pragma once

namespace penstock::detail {

/// What a program can get wrong in a call on a graph or a stream so that it can't compile. Each is one line
/// from the compiler; see `refuse`.
enum class misuse {
  none,

  // bodies of stages, sinks, scatters and gathers
  factory_takes_arguments,
  body_not_copyable,
  body_not_movable,
  body_cannot_take_item,
  body_cannot_take_pieces,
  timeout_cannot_take_item,
  stage_returns_nothing,
  sink_returns_something,
  scatter_returns_one,
  hook_not_callable,
  on_end_makes_other_items,

  // sources
  source_unusable,
  source_not_movable,
  source_with_on_end,
  ack_not_callable,
  nack_not_callable,
  nack_without_ack,
  ack_of_many,
  ack_of_move_only_item,
  extend_not_callable,
  extend_of_move_only_receipt,
  flush_verdicts_not_callable,
  delivery_without_ack,
  replay_of_acknowledging_source,
  replay_of_move_only_items,

  // fused operators
  operator_not_copyable,
  operator_cannot_take_item,
  map_returns_nothing,
  filter_returns_no_bool,
  flat_map_returns_one,
  flatten_of_one,
  retry_on_operator,
  letter_of_move_only_item,

  // items
  item_not_movable,
  item_is_proxy,
  keeps_move_only_item,
  letter_of_unwritable_item,
  letter_without_codec,
  isolated_unwritable_item,
  isolated_without_codec,
  isolated_unreadable_item,

  // keys and merges
  key_not_copyable,
  key_cannot_take_item,
  key_not_hashable,
  keyed_without_stage,
  order_of_keyed_stage,
  merge_of_no_stream,
  merge_of_other_items,

  // options
  no_option,
  option_elsewhere,
  option_given_twice,
  workers_elsewhere,
  capacity_elsewhere,
  bytes_elsewhere,
  pool_elsewhere,
  ordered_elsewhere,
  max_output_elsewhere,
  max_item_elsewhere,
  in_flight_elsewhere,
  replay_elsewhere,
  max_open_elsewhere,
  max_held_elsewhere,
  max_held_bytes_elsewhere,
  loses_held_items_elsewhere,
  timeout_elsewhere,
  restarts_elsewhere,
  shutdown_elsewhere,
  memory_limit_elsewhere,
  on_error_elsewhere,
};

/// The one place of the texts: an assertion must have its own in the source.
template <misuse Found>
constexpr void refuse() {
  using enum misuse;

  static_assert(Found != factory_takes_arguments,
                "penstock: each_worker takes a function without arguments that returns the body");
  static_assert(
      Found != body_not_copyable,
      "penstock: a body that can't be copied needs each_worker(factory), as every worker has its own");
  static_assert(Found != body_not_movable, "penstock: what each_worker's function returns must be movable");
  static_assert(Found != body_cannot_take_item, "penstock: the body can't take the items of this stream");
  static_assert(Found != timeout_cannot_take_item,
                "penstock: the function given to timeout must take the stage's items by const reference and "
                "return a std::chrono duration");
  static_assert(Found != body_cannot_take_pieces,
                "penstock: a gather's body can't take its pieces: it gets std::vector<penstock::outcome<T>> "
                "where T is the stream's item");
  static_assert(
      Found != stage_returns_nothing,
      "penstock: a stage's body must return something, or have an on_end that does; use sink for one that "
      "returns void");
  static_assert(Found != sink_returns_something,
                "penstock: a sink's body must return void; use stage for one that returns");
  static_assert(Found != scatter_returns_one,
                "penstock: a scatter's body must return a range or a generator");
  static_assert(Found != hook_not_callable,
                "penstock: on_start, on_end and on_stop take nothing, or the context (worker_context& in a "
                "body, source_context& in a source)");
  static_assert(Found != on_end_makes_other_items,
                "penstock: on_end must return void or what the body returns");

  static_assert(Found != source_unusable,
                "penstock: a source's body must be a range, or a callable that returns a std::optional, a "
                "generator or a range");
  static_assert(Found != source_not_movable, "penstock: a source's body must be movable");
  static_assert(Found != source_with_on_end,
                "penstock: a source has no on_end; it ends by itself, and on_stop is called");
  static_assert(
      Found != ack_not_callable,
      "penstock: a source's ack must take const T&, T being its item, or the receipt of its delivery");
  static_assert(
      Found != nack_not_callable,
      "penstock: a source's nack must take const T&, T being its item or its delivery's receipt, and "
      "const std::string&");
  static_assert(Found != nack_without_ack, "penstock: a source with nack needs ack as well");
  static_assert(
      Found != ack_of_many,
      "penstock: a source that has ack must return std::optional, one job at a time; jobs of a range "
      "or generator can't be acknowledged");
  static_assert(
      Found != ack_of_move_only_item,
      "penstock: a source that has ack keeps a copy of each job, so jobs can't be of a move-only type; a "
      "penstock::delivery has a receipt to keep instead");
  static_assert(
      Found != extend_not_callable,
      "penstock: a source with extend takes in it what its ack takes, or a std::span of that, and says "
      "with std::chrono::nanoseconds lease() const how long a job is its own");
  static_assert(
      Found != flush_verdicts_not_callable,
      "penstock: flush_verdicts() of a source with ack returns std::optional<std::chrono::nanoseconds>: "
      "when to call it again, or nothing when no verdict is owed");
  static_assert(Found != extend_of_move_only_receipt,
                "penstock: a source with extend needs receipts that can be copied");
  static_assert(Found != delivery_without_ack,
                "penstock: a source that returns deliveries needs ack, which takes their receipts");

  static_assert(
      Found != replay_of_acknowledging_source,
      "penstock: replay is for sources without ack; with nack, a source can give a job again by itself");
  static_assert(Found != replay_of_move_only_items,
                "penstock: replay keeps a copy of each item, so they can't be of a move-only type");

  static_assert(Found != operator_not_copyable,
                "penstock: a fused operator's function must be copyable, as every worker has its own");
  static_assert(Found != operator_cannot_take_item,
                "penstock: the operator's body can't take the items of this stream");
  static_assert(Found != map_returns_nothing,
                "penstock: the function of map must return something; use tap for one that returns void");
  static_assert(Found != filter_returns_no_bool, "penstock: the function of filter must return a bool");
  static_assert(Found != flat_map_returns_one,
                "penstock: the function of flat_map must return a range, a generator or a std::optional; a "
                "string is one item");
  static_assert(Found != flatten_of_one,
                "penstock: flatten needs items that are ranges, generators or std::optional; a string is one "
                "item");
  static_assert(Found != retry_on_operator,
                "penstock: a fused operator can't take the option retry or restart_worker; a stage can");
  static_assert(Found != letter_of_move_only_item,
                "penstock: an operator's dead_letter keeps a copy of the item, so it can't be of a move-only "
                "type");

  static_assert(Found != item_not_movable, "penstock: an item's move constructor must be noexcept");
  static_assert(Found != item_is_proxy,
                "penstock: the elements of this range stand for others, as std::vector<bool>'s do, and can't "
                "be items");
  static_assert(Found != keeps_move_only_item,
                "penstock: retry, restart_worker and dead_letter need the item after the body saw it, so a "
                "move-only item must "
                "be taken by const reference");
  static_assert(
      Found != letter_of_unwritable_item,
      "penstock: dead_letter writes the item down, which its type forbids: a pointer, a function, or "
      "marked local_only");
  static_assert(Found != letter_without_codec,
                "penstock: dead_letter writes the item down: include <penstock/messages/codec.hpp>, and give "
                "the item's type BOOST_DESCRIBE_STRUCT or a Boost serialize function");

  static_assert(
      Found != isolated_unwritable_item,
      "penstock: isolated sends items to other processes, which the type of one forbids: a pointer, a "
      "function, or marked local_only");
  static_assert(
      Found != isolated_without_codec,
      "penstock: isolated sends items to other processes: include <penstock/messages/codec.hpp>, and "
      "give the types of what goes in and comes out BOOST_DESCRIBE_STRUCT or a Boost serialize "
      "function");
  static_assert(
      Found != isolated_unreadable_item,
      "penstock: isolated sends items to other processes, where they are read back: their types must "
      "be default constructible");

  static_assert(Found != key_not_copyable, "penstock: the key function must be copyable");
  static_assert(Found != key_cannot_take_item,
                "penstock: the key function can't take the items of this stream");
  static_assert(Found != key_not_hashable, "penstock: the key function must return what std::hash takes");
  static_assert(Found != keyed_without_stage, "penstock: by_key is followed by stage, sink or chunk");
  static_assert(Found != order_of_keyed_stage,
                "penstock: a stage behind by_key keeps the order of each key; it takes neither ordered nor "
                "unordered");
  static_assert(Found != merge_of_no_stream, "penstock: merge takes streams");
  static_assert(Found != merge_of_other_items, "penstock: merged streams must have items of one type");

  static_assert(Found != no_option, "penstock: one of the arguments is not an option, such as workers(4)");
  static_assert(Found != option_elsewhere, "penstock: an option can't stand here");
  static_assert(Found != option_given_twice, "penstock: an option is given twice");
  static_assert(Found != workers_elsewhere,
                "penstock: workers is an option of stage, sink, scatter and gather");
  static_assert(Found != capacity_elsewhere,
                "penstock: capacity is an option of stage, sink, scatter, gather and chunk");
  static_assert(Found != bytes_elsewhere,
                "penstock: bytes is an option of stage, sink, scatter, gather and chunk");
  static_assert(Found != pool_elsewhere,
                "penstock: cooperative and blocking are options of source, stage, sink, scatter and gather, "
                "per_core and isolated of all these but source");
  static_assert(Found != ordered_elsewhere,
                "penstock: ordered and unordered are options of stage, scatter and gather");
  static_assert(Found != max_output_elsewhere,
                "penstock: max_output is an option of source, stage, scatter, gather and chunk");
  static_assert(Found != max_item_elsewhere,
                "penstock: max_item is an option of source, stage, scatter, gather and chunk");
  static_assert(Found != in_flight_elsewhere, "penstock: in_flight is an option of source");
  static_assert(Found != replay_elsewhere, "penstock: replay is an option of source");
  static_assert(Found != max_open_elsewhere, "penstock: max_open is an option of scatter");
  static_assert(Found != max_held_elsewhere, "penstock: max_held is an option of gather and chunk");
  static_assert(Found != max_held_bytes_elsewhere, "penstock: max_held_bytes is an option of chunk");
  static_assert(Found != loses_held_items_elsewhere,
                "penstock: loses_held_items is an option of stage, scatter and gather");
  static_assert(Found != timeout_elsewhere,
                "penstock: timeout is an option of stage, sink, scatter and gather");
  static_assert(Found != restarts_elsewhere,
                "penstock: restarts is an option of stage, sink, scatter and gather");
  static_assert(Found != shutdown_elsewhere,
                "penstock: shutdown is an option of stage, sink, scatter and gather");
  static_assert(Found != memory_limit_elsewhere,
                "penstock: memory_limit is an option of stage, sink, scatter and gather");
  static_assert(Found != on_error_elsewhere,
                "penstock: on_error is an option of stage, sink, scatter, gather and fused operators; what a "
                "source throws fails the run");
}

}  // namespace penstock::detail
