#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include <penstock/actors/actor.hpp>

#include "dice.hpp"

namespace penstock_simulation {

/// An environment in which nothing happens by itself: one thread, a clock that only the simulation moves, and
/// a seed that decides whose turn it is, how much of its inbox an actor sees, and which timer overtakes whom.
/// A turn whose body takes time (see `spend`) keeps its actor busy for so long, and what it posted arrives
/// when that time has passed.
class simulated_environment final : public penstock::environment {
 public:
  explicit simulated_environment(std::uint64_t seed);
  ~simulated_environment() override;

  penstock::address spawn(std::unique_ptr<penstock::actor_logic> logic, penstock::lane where,
                          const std::string& name) override;
  std::int64_t now() const override { return clock_ + spent_; }
  void post_after(std::int64_t delay, penstock::address to, penstock::message m) override;
  void remind(std::int64_t delay, penstock::address to, penstock::message m) override;
  void expect() override { ++active_; }
  void stop_expecting() override { finished_something(); }
  std::vector<penstock::long_turn> look_for_long_turns(std::int64_t) override { return {}; }
  std::vector<penstock::long_turn> long_turns() const override { return {}; }
  std::uint64_t random() override { return dice_.next(); }
  void when_quiet(std::function<void()> idle) override { quiet_ = std::move(idle); }
  bool quiet() const override { return active_ == 0 && posted_.empty(); }
  std::size_t lost_threads(std::int64_t) override { return 0; }
  void give_up() override { gave_up_ = true; }

  /// Called by bodies: what they do takes so many ns.
  void spend(std::int64_t ns) { spent_ += ns; }

  /// One turn of one actor, or one event. False: nothing can happen any more.
  bool step();

  /// A number that sums up everything that happened.
  std::uint64_t trace() const { return trace_; }
  bool gave_up() const { return gave_up_; }
  /// Names of the actors that have not ended.
  std::vector<std::string> alive() const;
  /// The credit that a stage or source had as it ended.
  struct last_credit {
    std::string name;
    std::int64_t reserved = 0;  ///< for outputs of items in work, of retries, of what is parked
    std::int64_t waiting = 0;   ///< outputs that were never sent
    std::vector<std::pair<std::string, std::int64_t>> left;  ///< consumers, and what they still had room for
  };
  const std::vector<last_credit>& credit() const { return credit_; }
  /// What every living stage and source says that it waits for.
  std::string waits() const;

 private:
  class box;

  struct letter {
    penstock::ref<box> to;
    penstock::message what;
  };

  /// Something that happens at a time: a timer goes off, or an actor comes out of a long turn.
  struct event {
    std::int64_t at = 0;
    std::uint64_t number = 0;
    bool counted = false;  ///< keeps the run from being quiet
    penstock::ref<box> wakes;
    std::vector<letter> letters;
  };
  struct later {
    bool operator()(const std::unique_ptr<event>& a, const std::unique_ptr<event>& b) const {
      return a->at != b->at ? a->at > b->at : a->number > b->number;
    }
  };

  void post(box& to, penstock::message m);
  void deliver(box& to, penstock::message m);
  void run_turn(box& of);
  void come_to_rest(box& of);
  void note_credit(box& of);
  void finished_something();
  void add_timer(std::int64_t delay, bool counted, penstock::address to, penstock::message m);
  void add(std::unique_ptr<event> what);
  void fire_next();
  bool fires_now();
  void note(std::uint64_t what) { trace_ = mix(trace_, what); }

  dice dice_;
  std::int64_t clock_ = 1'000'000;
  std::int64_t spent_ = 0;  ///< in the present turn
  bool in_turn_ = false;
  std::vector<letter> posted_;  ///< in the present turn
  std::vector<penstock::ref<box>> boxes_;
  std::vector<box*> runnable_;
  std::vector<std::unique_ptr<event>> events_;  ///< a heap
  std::uint64_t next_event_ = 0;
  std::int64_t active_ = 0;
  std::function<void()> quiet_;
  std::uint64_t trace_ = 0;
  std::vector<last_credit> credit_;
  bool gave_up_ = false;
};

}  // namespace penstock_simulation
