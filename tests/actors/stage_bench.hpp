#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <penstock/actors/stage.hpp>
#include <penstock/runtime/typed_body.hpp>
#include <penstock_test/batches.hpp>
#include <penstock_test/recorder.hpp>

namespace penstock_test {

namespace ps = penstock;

/// A stage without threads. Who surrounds it are recorders: one producer per input, one consumer per output,
/// the controller, its workers. The test says when a worker works on the next piece that it was given.
class stage_bench {
 public:
  stage_bench() {
    plan.stage = "work";
    plan.capacity = 1000;
  }

  template <class In, class F>
  void set_body(F f) {
    plan.make_body = ps::detail::body_maker<In>(std::move(f));
  }
  /// Another input. Returns those that share its producer's output: the stage alone, until others join.
  ps::ref<ps::fan_out> add_input() {
    const auto siblings = ps::make_ref<ps::fan_out>();
    links_.push_back(ps::make_ref<ps::edge_link>(siblings));
    producers.push_back(ps::make_ref<recorder>());
    return siblings;
  }
  /// Builds the stage with one output that has room for so many items, and starts it.
  void start(std::int64_t room) {
    at_work_ = std::make_unique<ps::stage>(plan, 0, env, state);
    at_work_->set_self(self);
    at_work_->set_controller(controller);
    for (std::uint32_t edge = 0; edge < links_.size(); ++edge) {
      at_work_->add_input(links_[edge]);
      at_work_->connect_input(edge, producers[edge], 0);
    }
    at_work_->ready();
    const auto to_consumer = ps::make_ref<ps::edge_link>(ps::make_ref<ps::fan_out>());
    const auto port =
        at_work_->outputs().connect(consumer, "end", 0, static_cast<std::uint32_t>(room), to_consumer);
    at_work_->outputs().granted(port, {room, 1'000'000'000});
    tell(ps::start_run{});
  }

  ps::after_turn tell(ps::message m) {
    at_work_->receive(m);
    return at_work_->turn();
  }
  /// Both before the stage's turn.
  ps::after_turn tell_all(ps::message first, ps::message second) {
    at_work_->receive(first);
    return tell(std::move(second));
  }
  void deliver(ps::batch items, std::uint32_t edge = 0) {
    links_[edge]->sent();
    tell(ps::deliver_items{edge, std::move(items)});
  }

  /// Takes the next piece that the worker was given, without working on it; throws if there is none.
  ps::piece take(std::size_t worker) {
    for (ps::message& each : env.workers.at(worker)->messages) {
      auto* given = std::get_if<ps::assign_piece>(&each);
      if (given == nullptr) continue;
      ps::piece work = std::move(given->work);
      each = ps::look_after{};  // seen
      return work;
    }
    throw std::logic_error{"this worker has nothing to do"};
  }
  std::size_t assigned(std::size_t worker) { return env.workers.at(worker)->all<ps::assign_piece>().size(); }
  /// Runs the body on the piece and reports.
  void work_on(std::size_t number, ps::piece work) {
    ps::worker hands{plan, state, static_cast<unsigned>(number)};
    hands.start();
    report(hands.run(std::move(work)));
  }
  void report(ps::piece_report made) {
    made.began = made.finished = env.time;
    tell(ps::worker_reported{std::make_unique<ps::piece_report>(std::move(made))});
  }
  /// All workers from number `first` on work on all that they are given, until nothing is left for them.
  /// Returns how many items they did.
  std::size_t work_from(std::size_t first) {
    std::size_t done = 0;
    for (bool more = true; more;) {
      more = false;
      for (std::size_t i = first; i < env.workers.size(); ++i) {
        if (assigned(i) == 0) continue;
        ps::piece work = take(i);
        done += work.items.size();
        work_on(i, std::move(work));
        more = true;
      }
    }
    return done;
  }

  /// What the consumer was sent.
  std::vector<int> sent() {
    std::vector<int> found;
    for (auto* each : consumer->all<ps::deliver_items>()) {
      for (const int value : values_of<int>(each->items)) found.push_back(value);
    }
    return found;
  }
  /// As when a turn found no memory.
  void break_down() { at_work_->broke(std::make_exception_ptr(std::bad_alloc{})); }
  void grant(std::int64_t items) { tell(ps::grant_credit{0, items, 0}); }
  bool failed() { return !controller->all<ps::member_failed>().empty(); }
  const ps::stage& at_work() const { return *at_work_; }

  /// Workers are mailboxes; retries come when the test says so.
  class staffed_world final : public still_world {
   public:
    ps::address spawn(std::unique_ptr<ps::actor_logic>, ps::lane, const std::string&) override {
      workers.push_back(ps::make_ref<recorder>());
      return workers.back();
    }
    void post_after(std::int64_t delay, ps::address, ps::message m) override {
      timers.push_back(std::move(m));
      delays.push_back(delay);
    }

    void remind(std::int64_t delay, ps::address, ps::message m) override {
      reminders.emplace_back(delay, std::move(m));
    }
    void expect() override { ++expected; }
    void stop_expecting() override { --expected; }

    int expected = 0;
    std::vector<std::pair<std::int64_t, ps::message>> reminders;  ///< with their delays, ns
    std::vector<ps::ref<recorder>> workers;
    std::vector<ps::message> timers;
    std::vector<std::int64_t> delays;  ///< of the timers, ns
  };

  staffed_world env;
  ps::run_state state;
  ps::stage_plan plan;
  ps::ref<recorder> self = ps::make_ref<recorder>();
  ps::ref<recorder> controller = ps::make_ref<recorder>();
  ps::ref<recorder> consumer = ps::make_ref<recorder>();
  std::vector<ps::ref<recorder>> producers;

 private:
  std::vector<ps::ref<ps::edge_link>> links_;
  std::unique_ptr<ps::stage> at_work_;
};

}  // namespace penstock_test
