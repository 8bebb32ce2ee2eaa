#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <penstock/actors/figures.hpp>
#include <penstock/actors/piece_board.hpp>
#include <penstock/actors/scope.hpp>
#include <penstock/messages/batch.hpp>
#include <penstock/messages/loss.hpp>

namespace penstock {

struct deliver_items {
  std::uint32_t edge;
  batch items;
};
/// The last message of an edge.
struct end_of_stream {
  std::uint32_t edge;
};
/// Behind all that was sent through an edge: nothing more comes before a job has its verdict. The next items
/// put an end to that.
struct await_verdicts {
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
  ref<piece_board> board;  ///< set: the work lies here instead
};
struct resume_worker {
  std::uint32_t room;
  bool item_only = false;  ///< begins nothing behind the item that it is in
};
struct finish_worker {
  bool emit;         ///< call `on_end` before `on_stop`
  bool lost = true;  ///< nobody else takes what is half done
};
/// Worker to stage.
struct worker_reported {
  std::unique_ptr<piece_report> report;
};
/// Some piece may take longer than it should.
struct look_after {};
/// A body may have taken longer than its time.
struct look_at_calls {
  std::int64_t when;  ///< ns; what this was asked for
};
/// A worker has come back from a body whose time was over.
struct worker_returned {
  unsigned number;
};
/// The body of a worker may be lost, although it has nothing in work. Any thread to the stage, which asks the
/// worker itself.
struct body_lost {
  unsigned number;
};
struct look_at_body {};
/// The time to replace a crashed worker has come.
struct replace_worker {
  unsigned number;
};
/// Stage to controller: a worker of a stage that belongs to a group crashed.
struct worker_crashed {
  std::uint32_t member;
  std::int64_t when;  ///< ns; it may be replaced from then on
};
/// Controller to the stages of a group: lets all its workers end, and makes no new ones until
/// `resume_workers`.
struct halt_workers {};
/// Stage to controller: that is done.
struct workers_halted {
  std::uint32_t member;
};
struct resume_workers {};
/// Stage to itself: workers that were told to end have had the time that they are given.
struct halt_overdue {
  std::uint64_t halt;  ///< number of the halt
};
/// Controller to itself: the backoff of a group is over.
struct resume_group {
  std::uint32_t group;
};
/// The time of a retry has come.
struct retry_due {
  std::uint64_t id;
};
/// There may be room for the dead letters that a stage or source could not write.
struct letters_due {};
/// The time of a chunk may be over.
struct chunks_due {
  std::int64_t when;  ///< ns; what this was asked for
};
/// Chunk stage to source: a chunk left short by its delay.
struct chunk_left_short {
  std::int64_t way;  ///< ns that its slowest item took from the source
};
/// Every piece of a scattered job is settled.
struct scope_closed {
  ref<scope> closed;
};
/// One open scope less.
struct scope_settled {};
/// Deliveries of a source are settled.
struct deliveries_settled {};
/// To a source that has nothing at the moment: there may be something now.
struct ask_again {
  std::int64_t when = 0;  ///< ns; the timer that this is from, 0: it was woken
};
/// To a lease keeper: the leases are to be extended.
struct extend_leases {};
/// Lease keeper to source: it is out of the source's body for good.
struct leases_ended {};
/// Controller to everyone.
struct start_run {};
struct drain_run {
  std::int64_t deadline = 0;  ///< ns from now; 0: none
};
struct abort_run {
  std::string reason;
};
/// Controller to sources: bodies that do not return hold jobs; no verdict on them will come.
struct refuse_rest {
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
  std::uint32_t member;
};
/// Actor to controller.
struct member_ended {
  std::uint32_t member;
  std::unique_ptr<stage_figures> last;
  std::exception_ptr error{};  ///< with which the run has failed once all have ended
};
struct member_failed {
  std::uint32_t member;
  std::exception_ptr error;
  std::string operation;
};
struct check_time {};
/// A controller's reminder to itself.
struct look_for_long_turns {};
/// `last_look`: a controller's note to itself, behind all that was posted before the run became quiet.
struct run_is_quiet {
  bool last_look = false;
};

using message =
    std::variant<deliver_items, end_of_stream, await_verdicts, grant_credit, caught_up, cancel_edge,
                 assign_piece, resume_worker, finish_worker, worker_reported, look_after, look_at_calls,
                 worker_returned, body_lost, look_at_body, replace_worker, worker_crashed, halt_workers,
                 workers_halted, resume_workers, halt_overdue, resume_group, retry_due, letters_due,
                 chunks_due, chunk_left_short, scope_closed, scope_settled, deliveries_settled, ask_again,
                 extend_leases, leases_ended, start_run, drain_run, abort_run, refuse_rest, set_workers,
                 set_capacity, report_figures, member_ended, member_failed, check_time, look_for_long_turns,
                 run_is_quiet>;

/// The receiver has ended: throws away what the message carries. Items that are lost so flag their tokens.
/// Takes no memory.
void discard(message& m, const loss& reason);

/// Builds one visitor out of several lambdas.
template <class... Handlers>
struct overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
overloaded(Handlers...) -> overloaded<Handlers...>;

}  // namespace penstock
