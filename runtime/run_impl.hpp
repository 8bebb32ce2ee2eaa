#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <penstock/actors/run_controller.hpp>
#include <penstock/actors/source.hpp>
#include <penstock/actors/stage.hpp>
#include <penstock/actors/world.hpp>
#include <penstock/messages/dead_letter.hpp>
#include <penstock/runtime/run.hpp>
#include <penstock/runtime/run_plan.hpp>

namespace penstock {

/// What actors, plans and handles of a run share. Lives until the last actor has ended.
class run::impl {
 public:
  impl(std::shared_ptr<world> in, std::unique_ptr<environment> env, run_plan plan,
       std::unique_ptr<dead_letter_sink> letters, std::shared_ptr<spdlog::logger> log,
       std::chrono::nanoseconds inactivity, std::chrono::nanoseconds slow_body = {});
  ~impl();

  /// Makes the actors and lets them go.
  void start();

  run_result& result() { return *result_; }
  void post(message m) { controller_->post(std::move(m)); }
  run_snapshot snapshot();
  void change_stage(const std::string& stage, message m);
  environment& env() { return *env_; }
  const std::string& graph() const { return plan_.graph; }

  /// Calls the user's `f` at the end, see run; logs what it throws.
  void when_ended(std::function<void()> f);
  /// Somebody hears of the failure, if there was one.
  void tell_failure() { told_ = true; }
  /// Logs a failure that nobody heard of. The run has ended.
  void log_untold_failure() const noexcept;

 private:
  void make_members(std::vector<run_controller::member>& known);
  void connect_members();

  std::shared_ptr<world> world_;
  std::unique_ptr<environment> env_;
  run_plan plan_;
  std::unique_ptr<dead_letter_sink> letters_;
  run_state state_;
  std::shared_ptr<run_result> result_;
  std::int64_t inactivity_;
  std::int64_t slow_body_;
  address controller_;
  std::vector<address> members_;
  std::vector<source*> sources_;  ///< by member, null for stages; only while wiring
  std::vector<stage*> stages_;
  std::atomic<bool> told_{false};
  std::mutex mutex_;
  std::vector<stage_figures> known_;  ///< the last figures of each member
};

}  // namespace penstock
