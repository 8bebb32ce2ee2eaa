#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/figures.hpp>
#include <penstock/actors/stage_group.hpp>
#include <penstock/actors/worker_context.hpp>

namespace penstock {

/// How a run stands.
enum class run_phase { running, draining, stopping, done, failed, aborted };

/// The readable name: running, draining, stopping, done, failed or aborted.
const char* to_string(run_phase phase);

/// What the controller of a run tells those who hold the run. Any thread.
class run_result {
 public:
  struct state {
    run_phase phase = run_phase::running;
    bool ended = false;
    std::exception_ptr error;
    std::exception_ptr error_at_end;  ///< of a member that ended well; the run's if there is no other
    std::string failed_at_end;        ///< and its name
    std::string reason;               ///< why it was aborted
    bool deadline_passed = false;     ///< that of a drain, which is why
    std::string failed_member;        ///< name of the stage, and of the operator if it was one
    std::vector<stage_figures> last;  ///< of members that have ended; others have no name
    std::vector<std::string> lost;    ///< members whose body did not return
    std::vector<std::uint64_t> group_restarts;  ///< of each group
    std::vector<bool> group_restarting;
    std::int64_t began = 0;  ///< ns
    std::int64_t finished = 0;
  };

  state get() const {
    const std::lock_guard lock{mutex_};
    return state_;
  }
  /// What `f` says of the state, which it sees under the lock.
  template <class F>
  auto look(F&& f) const {
    const std::lock_guard lock{mutex_};
    return f(state_);
  }
  template <class Change>
  void change(Change&& make) {
    const std::lock_guard lock{mutex_};
    make(state_);
  }
  /// Calls `f` at the end, at once if that is past.
  void when_ended(std::function<void()> f) {
    {
      const std::lock_guard lock{mutex_};
      if (!state_.ended) {
        callbacks_.push_back(std::move(f));
        return;
      }
    }
    f();
  }
  /// Marks the end and tells everybody.
  void end(std::int64_t now) {
    std::vector<std::function<void()>> callbacks;
    {
      const std::lock_guard lock{mutex_};
      caller_ = std::this_thread::get_id();
      state_.finished = now;
      if (state_.phase != run_phase::failed && state_.phase != run_phase::aborted) {
        state_.phase = state_.error_at_end ? run_phase::failed : run_phase::done;
        state_.error = state_.error_at_end;
        state_.failed_member = state_.failed_at_end;
      }
      state_.ended = true;
      callbacks.swap(callbacks_);
      ended_.notify_all();
    }
    for (auto& each : callbacks) {
      try {
        each();
      } catch (...) {
        // There was no memory to say what it threw.
      }
    }
    callbacks.clear();  // what they hold goes as well before anybody may go on
    const std::lock_guard lock{mutex_};
    called_ = true;
    ended_.notify_all();
  }
  void wait() const {
    std::unique_lock lock{mutex_};
    ended_.wait(lock, [this] { return state_.ended; });
  }
  /// The same, and until those who wanted to be called have been. False: it was called by one of them.
  bool wait_for_callbacks() const {
    std::unique_lock lock{mutex_};
    ended_.wait(lock, [this] { return called_ || caller_ == std::this_thread::get_id(); });
    return called_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  state state_;
  std::vector<std::function<void()>> callbacks_;
  bool called_ = false;
  std::thread::id caller_;  ///< who calls the callbacks
};

/// The actor over all actors of a run: starts them, notes who failed first, stops the others, ends the run.
/// It lives on the control thread, so that no body can keep it from its work.
class run_controller final : public actor_logic {
 public:
  struct member {
    std::string name;
    address to;
    bool is_source = false;
  };

  /// `inactivity`: a run in which no item moves for so long fails; `slow_body`: a cooperative body that takes
  /// longer is named in the log. Both in ns; 0: no limit.
  run_controller(environment& env, run_state& run, std::shared_ptr<run_result> result,
                 std::int64_t inactivity, std::int64_t slow_body = 0);

  // Wiring, before the run starts.
  void set_self(address self) { self_ = std::move(self); }
  /// With so many members, `set_members` does not throw.
  void expect_members(std::size_t count);
  void set_members(std::vector<member> members);
  void set_groups(const std::vector<group_plan>& groups);
  /// ns that bodies get to return after an abort; at least the second that they have anyway.
  void set_patience(std::int64_t time) { patience_ = std::max(patience_, time); }

  void receive(message& m) override;
  after_turn turn() override;
  void broke(const std::exception_ptr& error) noexcept override;

 private:
  void start();
  void failed(member_failed& m);
  void drain(std::int64_t deadline);
  void abort(run_phase why, const std::string& reason);
  void advance(stage_group& group);
  void look_at_time();
  void look_at_turns();
  void lose_patience();
  bool sources_ended() const;
  void give_up();
  void look_for_deadlock(bool last_look);
  void fail(std::exception_ptr error, const std::string& where);
  void end_run();

  environment& env_;
  run_state& run_;
  std::shared_ptr<run_result> result_;
  std::int64_t inactivity_;
  std::int64_t slow_body_;
  address self_;
  std::vector<member> members_;
  std::vector<bool> ended_;
  std::size_t open_ = 0;
  std::vector<stage_group> groups_;
  // Together less than a second.
  static constexpr std::int64_t usual_patience = 600'000'000;
  static constexpr std::int64_t time_to_refuse = 250'000'000;

  std::int64_t patience_ = usual_patience;  ///< ns that an aborted run waits for bodies before it goes on
  bool started_ = false;
  bool aborting_ = false;
  std::int64_t give_up_at_ = 0;
  std::int64_t drain_until_ = 0;
  std::shared_ptr<snapshot_request> inquest_;
  bool refused_ = false;  ///< sources were told that some bodies won't return
  bool gave_up_ = false;
  bool over_ = false;
};

}  // namespace penstock
