#pragma once

#include <deque>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/piece_board.hpp>
#include <penstock/actors/stage_plan.hpp>
#include <penstock/actors/worker.hpp>

namespace penstock {

/// A worker of a pool as an actor: takes pieces from its stage, reports what became of them.
class worker_actor final : public actor_logic {
 public:
  /// `guard`: set where the plan limits a body's time.
  worker_actor(const stage_plan& plan, run_state& run, environment& env, unsigned number, unsigned slot,
               address stage, ref<call_guard> guard);

  void receive(message& m) override;
  after_turn turn() override;
  void broke(const std::exception_ptr& error) noexcept override;

 private:
  void report(piece_report made);
  void work_on(piece work);
  void work_on(piece_board& board);
  void tell(std::vector<piece_report> done, bool over);
  void hand_back(piece work);
  void resume(const resume_worker& wanted);
  void look_at_body();

  environment& env_;
  run_state& run_;
  worker worker_;
  address stage_;
  std::deque<message, reserve_allocator<message>> waiting_;
  bool finishing_ = false;
  bool broken_ = false;  ///< its body could not be made or started, or is not to be used again
  bool lost_ = false;    ///< its body is lost, but can still be finished
};

}  // namespace penstock
