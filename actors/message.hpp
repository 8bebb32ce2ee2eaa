#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <penstock/actors/figures.hpp>
#include <penstock/actors/scope.hpp>
#include <penstock/messages/batch.hpp>

namespace penstock {

/// A run of items that a worker takes as a whole.
struct piece {
  static constexpr std::uint32_t no_edge = 0xffff'ffff;  ///< for items that came through no input

  batch items;
  std::uint64_t sequence = 0;  ///< number of the first item in its stage's order of arrival
  std::uint32_t edge = 0;      ///< the input that it came through
  std::uint32_t key_slot = 0;  ///< the worker that its keys belong to; keyed stages only
  std::uint32_t attempt = 1;
  std::uint32_t reserved = 0;  ///< items of downstream credit that are held for it
  std::int64_t arrived = 0;    ///< ns
  bool confirms = false;       ///< it ends a batch: claiming it tells the producer that the stage keeps up
};

/// An item whose body threw. `item` is empty if the body may have changed it.
struct failed_item {
  batch item;
  std::size_t weight = 0;  ///< what the item weighed when it came in
  std::exception_ptr error;
  std::string operation;  ///< the fused operator that threw; empty: the stage's own body
  std::uint32_t attempt = 1;
};

/// What became of a piece, or of the part of it that was worked on.
struct piece_report {
  std::uint32_t worker = 0;
  std::uint32_t edge = 0;
  std::uint32_t key_slot = 0;
  std::uint64_t sequence = 0;
  std::uint32_t taken = 0;        ///< input items that are settled with this report
  std::size_t taken_weight = 0;   ///< and their weight
  std::uint32_t released = 0;     ///< of the piece's reservation, what is not needed any more
  std::uint32_t skipped = 0;      ///< items that fused operators left out by policy
  std::uint32_t dead_letters = 0;
  batch outputs;
  std::optional<failed_item> failure;  ///< the item after the taken ones
  std::optional<piece> rest;           ///< what was not begun
  bool suspended = false;  ///< the worker holds a half-done item and waits for `resume`
  bool wants_stop = false;
  bool ended = false;                  ///< the worker has run its last hook
  std::exception_ptr hook_error;       ///< a constructor or hook threw
  std::int64_t began = 0;              ///< ns
  std::int64_t finished = 0;
};

struct deliver_items {
  std::uint32_t edge;
  batch items;
};
/// The last message of an edge.
struct end_of_stream {
  std::uint32_t edge;
};
/// Consumer to producer: room for so many more.
struct grant_credit {
  std::uint32_t edge;
  std::int64_t items;
  std::int64_t bytes;
};
/// Consumer to producer: what was sent has been claimed, so an open batch may go.
struct caught_up {
  std::uint32_t edge;
};
/// Consumer to producer: no more, please.
struct cancel_edge {
  std::uint32_t edge;
};
/// Stage to worker.
struct assign_piece {
  piece work;
};
struct resume_worker {
  std::uint32_t room;
};
struct finish_worker {
  bool emit;  ///< call `on_end` before `on_stop`
};
/// Worker to stage.
struct worker_reported {
  std::unique_ptr<piece_report> report;
};
/// The time of a retry has come.
struct retry_due {
  std::uint64_t id;
};
/// Every piece of a scattered job is settled.
struct scope_closed {
  ref<scope> closed;
};
/// One open scope less.
struct scope_settled {};
/// A delivery of a source is settled.
struct delivery_settled {
  std::uint64_t job;
  bool flagged;
  std::string reason;
};
/// Controller to everyone.
struct start_run {};
struct drain_run {
  std::int64_t deadline = 0;  ///< ns from now; 0: none
};
struct abort_run {
  std::string reason;
};
struct set_workers {
  unsigned count;
};
struct set_capacity {
  std::uint32_t items;
};
struct report_figures {
  std::shared_ptr<snapshot_request> request;
};
/// Actor to controller.
struct member_ended {
  std::uint32_t member;
  std::unique_ptr<stage_figures> last;
};
struct member_failed {
  std::uint32_t member;
  std::exception_ptr error;
  std::string operation;
};
struct check_time {};
struct run_is_quiet {};

using message =
    std::variant<deliver_items, end_of_stream, grant_credit, caught_up, cancel_edge, assign_piece, resume_worker, finish_worker,
                 worker_reported, retry_due, scope_closed, scope_settled, delivery_settled, start_run, drain_run, abort_run,
                 set_workers, set_capacity, report_figures, member_ended, member_failed, check_time, run_is_quiet>;

/// The receiver has ended: throws away what the message carries. Items that are lost so flag their tokens.
void discard(message& m, const std::string& reason);

/// Builds one visitor out of several lambdas.
template <class... Handlers>
struct overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
overloaded(Handlers...) -> overloaded<Handlers...>;

}  // namespace penstock
