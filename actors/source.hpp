#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/chunk_plan.hpp>
#include <penstock/actors/delivery_token.hpp>
#include <penstock/actors/figures.hpp>
#include <penstock/actors/in_flight_growth.hpp>
#include <penstock/actors/letter_backlog.hpp>
#include <penstock/actors/meter.hpp>
#include <penstock/actors/operator_runner.hpp>
#include <penstock/actors/outbox.hpp>
#include <penstock/actors/source_body.hpp>

namespace penstock {

/// Everything that a source actor is told. Immutable.
struct source_plan {
  std::string name;
  std::function<std::unique_ptr<source_body>()> make_body;
  std::function<std::unique_ptr<chain>()> make_chain;
  std::vector<operator_plan> operators;
  bool expands = false;               ///< an operator may emit more than it takes
  std::uint32_t max_output = 0;       ///< outputs of an item through the operators; 0: any number
  std::uint64_t max_item = 0;         ///< bytes of the heaviest item; 0: any weight
  const item_codec* codec = nullptr;  ///< of what the source makes, for the operators' dead letters
  bool blocking = false;              ///< runs on a thread of its own
  bool acknowledges = false;          ///< every item is a job that gets a verdict
  std::uint32_t in_flight = 0;        ///< most jobs without a verdict; 0: as many as there is credit for
  std::uint32_t most_in_flight = 0;   ///< to which that may grow for chunks behind it
  ref<growth_link> growth;            ///< set: it may
};

/// The actor that makes items, as fast as credit allows and in batches that grow while its consumers are
/// behind.
class source final : public actor_logic {
 public:
  source(const source_plan& plan, std::uint32_t member, environment& env, run_state& run);
  ~source() override;

  void set_self(address self);
  void set_controller(address controller) { controller_ = std::move(controller); }
  void set_outputs(ref<fan_out> outputs) { context_.set_outputs(std::move(outputs)); }
  outbox& outputs() { return outbox_; }

  stage_figures figures() const;

  void receive(message& m) override;
  after_turn turn() override;
  void broke(const std::exception_ptr& error) noexcept override;

 private:
  void start();
  std::uint32_t room() const;
  bool produce();
  bool is_full() const { return in_flight_.limit() > 0 && next_job_ - settled_ >= in_flight_.limit(); }
  void wait_while_draining();
  void pause(std::chrono::nanoseconds for_so_long);
  void unpause();
  void remind_at(std::int64_t when);
  void flush_verdicts();
  void owes(bool verdicts);
  bool waits_to_flush();
  void keep_leases();
  bool has_let_go();
  void add_tokens(batch& made);
  bool apply_chain(batch& made);
  void stop_body();
  void count_jobs(stage_figures& f) const;
  void write_letters();
  void look_for_room();
  void adapt_target();
  void settle_all();
  void settle(std::uint64_t job, bool flagged, bool unwanted, const std::string& reason);
  void refuse_rest(const std::string& reason);
  void drain();
  void finish();
  void abort(const std::string& reason);
  void fail_run(const std::exception_ptr& error, const std::string& operation);

  const source_plan& plan_;
  std::uint32_t member_;
  environment& env_;
  run_state& run_;
  address self_;
  address controller_;
  source_context context_;
  std::shared_ptr<source_body> body_;
  std::unique_ptr<chain> chain_;
  outbox outbox_;
  meter meter_;
  letter_backlog letters_;                       ///< while it is stuck, nothing is made
  std::unique_ptr<stage_figures> bare_figures_;  ///< kept ready for an end without memory

  bool started_ = false;   ///< its body is
  bool running_ = false;   ///< may produce
  bool finished_ = false;  ///< nothing more will be made
  bool told_end_ = false;
  bool failed_ = false;
  bool refused_ = false;  ///< all that was open got its verdict at once
  in_flight_growth in_flight_;
  std::uint32_t target_ = 1;
  std::uint32_t most_ = 1;  ///< a quarter of the smallest consumer
  std::uint64_t next_job_ = 0;
  std::uint64_t settled_ = 0;
  std::uint64_t acked_ = 0;
  untold_verdicts untold_;  ///< at its end
  ref<settled_deliveries> verdicts_;
  delivery_token* due_ = nullptr;  ///< taken from there, and not looked at yet
  bool was_blocked_ = false;

  bool paused_ = false;      ///< its origin has nothing at the moment
  bool expecting_ = false;   ///< and something from outside will change that, or the time
  std::int64_t ask_at_ = 0;  ///< ns; of the earliest timer that is set, 0: none
  bool owes_ = false;        ///< its origin some verdicts
  bool hurried_ = false;     ///< tells no verdicts that can't be told at once
  bool news_ = false;        ///< for its origin, since it was last told something
  bool flush_reminded_ = false;
  std::int64_t flush_until_ = 0;  ///< ns; at its end it owes them no longer; 0: not at its end
  address lease_keeper_;          ///< null: there is none, or it has ended
  bool dismissed_ = false;        ///< it was told to end
};

}  // namespace penstock
