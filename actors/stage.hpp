#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/credit_ledger.hpp>
#include <penstock/actors/crew.hpp>
#include <penstock/actors/edge_link.hpp>
#include <penstock/actors/figures.hpp>
#include <penstock/actors/letter_backlog.hpp>
#include <penstock/actors/meter.hpp>
#include <penstock/actors/outbox.hpp>
#include <penstock/actors/pace.hpp>
#include <penstock/actors/reorder_buffer.hpp>
#include <penstock/actors/stage_plan.hpp>
#include <penstock/actors/work_list.hpp>

namespace penstock {

struct chunk_keeping;
struct made_chunk;

/// The actor that owns a stage: its inbox, the credit it grants, its workers, what waits to be sent. A stage
/// with one cooperative worker runs the body itself, in its own turn.
class stage final : public actor_logic {
 public:
  stage(const stage_plan& plan, std::uint32_t member, environment& env, run_state& run);
  ~stage() override;

  // Wiring, before the run starts.
  void set_self(address self) { self_ = std::move(self); }
  void set_controller(address controller) { controller_ = std::move(controller); }
  /// Returns the number of the edge; `opening_credit` says what its producer may send at first.
  std::uint32_t add_input(ref<edge_link> link);
  void connect_input(std::uint32_t edge, address producer, std::uint32_t producer_edge);
  void ready();
  credit opening_credit(std::uint32_t edge) const { return ledger_->opening(edge); }
  outbox& outputs() { return outbox_; }

  stage_figures figures() const;

  void receive(message& m) override;
  after_turn turn() override;
  void broke(const std::exception_ptr& error) noexcept override;
  /// The run could not be wired: nobody will say that the inputs have ended, or wants to know of the outputs'
  /// end.
  void forget_edges();

 private:
  enum class phase {
    running,
    stopping,   ///< wants nothing more, but lets go in good order
    aborting,   ///< throws everything away
    finishing,  ///< the workers run their last hooks
  };

  struct input_edge {
    address producer;
    std::uint32_t producer_edge = 0;
    ref<edge_link> link;
    bool ended = false;
    bool awaits_verdicts = false;  ///< nothing comes before a job has its verdict
    bool losses_count = true;      ///< what is thrown away is lost: nobody else takes it
  };

  /// Input items that are done, with their outputs; an ordered stage may have to keep them for a while.
  struct finished_items {
    batch outputs;
    std::uint32_t edge = piece::no_edge;
    std::uint32_t count = 0;
    std::size_t weight = 0;
  };

  struct waiting_retry {
    piece work;
    std::size_t line;
  };

  // stage.cpp: items come in
  void refresh_time();
  void arrive(deliver_items& m);
  void enqueue(batch items, std::uint32_t edge, bool confirms);
  void claimed(piece& work);
  void grant_credit_due();

  // stage_starts.cpp: items go to workers
  void pump();
  std::int64_t room_for(std::uint64_t sequence) const;
  std::int64_t admissible(std::int64_t room) const;
  std::int64_t places(const piece& work) const;
  bool resume_suspended();
  bool start_next();
  std::uint32_t piece_size(std::size_t line, std::int64_t room) const;
  void run_inline(piece work);

  // stage_sharing.cpp: pieces that others may help with
  void assign(crew::member& to, piece work);
  bool shares_pieces() const;
  bool help_out();
  void take_back(piece_board& board, bool keep_first = false);
  void throw_away_begun(crew::member& of, const loss& reason);
  void adapt_allowance();
  void harvest(crew::member& from);
  void look_after_workers();

  // stage_keys.cpp: behind by_key
  void sort_by_key(piece work);
  bool keys_move() const;
  void move_keys();

  // stage_results.cpp: what workers report
  void settle(piece_report& report);
  void note_report(piece_report& report);
  void finish_items(std::uint64_t sequence, finished_items done);
  void park(std::int64_t outputs);
  void release(finished_items done);
  void emit(batch outputs);
  error_policy::decision decide(const failed_item& failure);
  void handle_failure(const piece_report& report, failed_item& failure);
  bool leave_outcome(failed_item& failure);
  void give_up_item(std::uint64_t sequence, const piece_report& report, failed_item& failure);
  void schedule_retry(const piece_report& report, failed_item& failure, std::int64_t delay);
  void retry(std::uint64_t id);
  void fail_run(const std::exception_ptr& error, const std::string& operation);

  // stage_letters.cpp: failed items are written down
  void bury(std::uint64_t sequence, std::uint32_t edge, failed_item failure);
  void letter_written(unwritten_letter& letter);
  void take_letters(piece_report& report);
  bool write_letters();
  void look_for_room();
  void throw_away_letters(const loss& reason);

  // stage_gather.cpp: scattered jobs
  void hold(deliver_items& m);
  void close_scope(scope& closed);
  void settle_scope();

  // stage_chunk.cpp: items are collected
  void await_chunk(deliver_items& m);
  bool feed_chunks();
  bool chunk_leaves(made_chunk made);
  void look_at_chunk_time();
  void expect_until(std::int64_t when);
  void chunk_time_over(const chunks_due& timer);
  void throw_away_chunks(const loss& reason);
  bool holds_chunks() const;
  std::string chunks_wait_for() const;
  void describe_chunks(stage_figures& f) const;

  // stage_supervision.cpp: workers that hang or crash
  void look_at_calls();
  void came_back(unsigned number);
  void look_at_body(unsigned number);
  void give_up(unsigned number, call_guard::call call);
  void replace_later(const piece_report& report, const std::exception_ptr& error);
  void crashed(crew::member& of, const std::exception_ptr& error);
  void inline_crashed(const std::exception_ptr& error);
  std::optional<std::int64_t> delay_of_restart(crew::member& of);
  void restart_after(std::int64_t delay, unsigned number);
  void take_back_all(crew::member& of);
  void came_to_its_end(unsigned number);
  void restart(unsigned number);
  void spawn_into(crew::member& place);

  // stage_halts.cpp: restarts with the group
  void halt();
  void let_go();
  void look_at_halt();
  void give_up_halt(std::uint64_t number);
  void resume();
  void answer_halt();
  bool restarts_with_group() const;
  void describe_crew(stage_figures& f) const;

  // stage_ends.cpp: starting, changing and ending
  void start();
  void spawn_worker();
  void adapt_crew();
  void end_inline_worker(bool emit, bool lost);
  void cancelled_by(std::uint32_t edge);
  void stop_early(bool outputs_wanted);
  void abort(const std::string& reason);
  void throw_away(const loss& reason);
  loss loss_here() const { return {reason_, phase_ == phase::stopping}; }
  bool is_lost(std::uint32_t edge) const;
  bool quiet() const;
  bool inputs_ended() const;
  bool being_aborted() const;
  bool nothing_comes() const;
  void dismiss(bool emit);
  after_turn end_turn();
  void note_state();
  void receive_broken(message& m);
  std::string waits_for() const;

  const stage_plan& plan_;
  std::uint32_t member_;
  environment& env_;
  run_state& run_;
  address self_;
  address controller_;

  std::vector<input_edge> inputs_;
  std::optional<credit_ledger> ledger_;
  work_list work_;
  std::unique_ptr<partitioner> partitioner_;
  std::unique_ptr<collector> collector_;
  std::unique_ptr<chunk_keeping> chunks_;  ///< set: a chunk stage
  std::set<scope*> overfull_;              ///< jobs with more pieces than `max_held`, which are thrown away
  std::uint64_t next_sequence_ = 0;

  std::unique_ptr<worker> inline_worker_;
  crew crew_;
  unsigned next_worker_ = 0;
  restart_history restarts_;
  ref<look_out> look_out_;      ///< set where the plan limits a body's time
  crew::member inline_record_;  ///< what is known of the crashes of the inline worker
  enum class standstill { none, under_way, reached };
  standstill halt_ = standstill::none;  ///< of all workers, because of the group
  std::uint64_t halts_ = 0;
  bool inline_halting_ = false;  ///< the inline worker goes as soon as it holds no half-done item
  std::uint64_t lost_threads_ = 0;
  std::string last_crash_;
  unsigned workers_;     ///< as many as there should be
  bool pooled_ = false;  ///< its workers are actors
  pace pace_;
  bool looks_after_ = false;     ///< a `look_after` is on its way
  std::vector<bool> line_held_;  ///< keyed stages: a retry keeps later items of its keys back

  reorder_buffer<finished_items> reorder_;
  std::int64_t parked_ = 0;  ///< outputs in there, for which credit stays reserved
  outbox outbox_;
  std::map<std::uint64_t, waiting_retry> retries_;
  std::uint64_t next_retry_ = 0;
  letter_backlog letters_;  ///< while it is stuck, nothing new is begun

  phase phase_ = phase::running;
  bool started_ = false;
  bool outputs_wanted_ = true;
  bool told_end_ = false;
  bool failed_ = false;  ///< the run is about to be aborted
  bool aborted_ = false;
  bool broken_ = false;  ///< it threw: what it knows of its workers and items is not to be trusted
  std::unique_ptr<stage_figures> bare_figures_;  ///< kept ready for an end without memory
  std::string reason_;                           ///< why things are thrown away
  meter meter_;
  std::int64_t in_work_ = 0;
  std::int64_t now_ = 0;
  bool time_is_fresh_ = false;
  bool again_ = false;
  unsigned busy_ = 0;  ///< as of the last turn
  unsigned blocked_ = 0;
};

}  // namespace penstock
