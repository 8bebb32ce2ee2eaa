#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <penstock/actors/body.hpp>
#include <penstock/actors/call_guard.hpp>
#include <penstock/actors/error_policy.hpp>
#include <penstock/actors/message.hpp>
#include <penstock/actors/operator_runner.hpp>
#include <penstock/actors/scope_token.hpp>
#include <penstock/messages/item_codec.hpp>

namespace penstock {

/// What the workers of a stage need to know of it.
struct work_plan {
  std::string stage;
  std::function<std::unique_ptr<body>()> make_body;    ///< called on the worker's thread
  std::function<std::unique_ptr<chain>()> make_chain;  ///< empty: no fused operators
  std::vector<operator_plan> operators;
  error_policy policy;
  const item_codec* codec = nullptr;            ///< of the input, for dead letters
  const item_codec* operators_codec = nullptr;  ///< of what goes into the operators, where the input has none
  std::uint32_t max_output = 0;                 ///< outputs of an item; 0: any number
  std::uint64_t max_item = 0;                   ///< bytes of the heaviest output; 0: any weight
  bool expands = false;                         ///< a fused operator may emit more than it takes
  ref<scope_pair> scatter;  ///< set: every item's outputs are pieces of a job of their own
  time_limit limit;         ///< of the body, per item
};

/// Runs a stage's body and fused operators on pieces. Catches all that they throw. One thread at a time.
class worker {
 public:
  /// `number`: of the worker among all that its stage ever had; `slot`: its place in the pool, as bodies see
  /// it.
  worker(const work_plan& plan, run_state& run, unsigned number, unsigned slot);
  worker(const work_plan& plan, run_state& run, unsigned number) : worker{plan, run, number, number} {}
  ~worker();

  /// From now on a call that takes longer than the plan's limit can be given up by `guard`'s other side.
  /// Pieces then have one item.
  void set_guard(ref<call_guard> guard, environment& env) {
    guard_ = std::move(guard);
    env_ = &env;
  }
  /// A call was given up: there is nothing to report, and this worker is of no more use.
  bool given_up() const { return given_up_; }

  /// `tell`, which any thread may call, asks for `lost` to be looked at. Before `start`.
  void when_lost(std::function<void()> tell) { when_lost_ = std::move(tell); }
  /// Why the body is of no more use although it has nothing in work; null if it is.
  std::exception_ptr lost() { return body_ ? body_->lost() : nullptr; }

  /// Makes the body and calls `on_start`. Null, or what was thrown.
  std::exception_ptr start();

  /// Works on a piece, until it has as many outputs as the piece reserved credit for. The report says what is
  /// left.
  piece_report run(piece work);

  bool suspended() const { return suspended_; }
  /// Number of the item that is half done.
  std::uint64_t sequence() const { return current_.sequence; }
  std::uint32_t edge() const { return current_.edge; }
  /// Goes on with the item that ran out of credit, now with `room` more. `item_only`: the report hands back
  /// what is behind that item, also if it runs out of credit again.
  piece_report resume(std::uint32_t room, bool item_only = false);

  /// `on_end` (if `emit`), `on_stop`, and the end of the body. `lost`: nobody else takes an item that is half
  /// done.
  piece_report finish(bool emit, bool lost = true);
  /// After an exception that left a piece half done: flags what is left of it. Nothing more is to be run.
  void abandon() noexcept;

  /// Whether by the stage's policy the body is of no more use after this.
  bool is_broken_by(const piece_report& report) const;

  unsigned number() const { return number_; }

 private:
  piece_report go_on();
  void step(piece_report& report, std::uint32_t room);
  bool call_body(body_work& work, lineage& tokens, std::uint32_t room);
  void begin_guarded(body_work& work, lineage& tokens, std::uint32_t room);
  bool end_guarded(lineage& tokens);
  bool may_go_on(const piece_report& report, std::uint32_t room) const;
  void set_failed_item_apart(const std::exception_ptr& error, piece_report& report);
  void stop_body(piece_report& report);
  void label_outputs(body_work& work, lineage settled, std::uint32_t taken, token* unfinished);
  lineage scatter_lineage(const body_work& work, const lineage& tokens, std::uint32_t taken);
  void apply_chain(batch& items, const batch& input, piece_report& report, bool at_end = false);

  const work_plan& plan_;
  run_state& run_;
  unsigned number_;
  worker_context context_;
  std::unique_ptr<body> body_;
  std::unique_ptr<chain> chain_;
  bool one_by_one_;  ///< an operator's dead letter needs the very item that it came of

  std::function<void()> when_lost_;
  ref<call_guard> guard_;
  environment* env_ = nullptr;
  bool given_up_ = false;
  std::int64_t limit_ = 0;  ///< ns; of the item that is under way

  bool keep_items_ = false;
  std::uint64_t outputs_ = 0;          ///< that went into the operators
  std::uint64_t outputs_of_item_ = 0;  ///< the same, of the item that is under way

  piece current_;
  bool suspended_ = false;
  ref<scope_token> open_scope_;  ///< token of the item whose outputs are still coming
};

}  // namespace penstock
