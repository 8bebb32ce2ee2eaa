#include <penstock/actors/world.hpp>

#include <new>
#include <random>
#include <utility>

#include <penstock/actors/activity.hpp>
#include <penstock/actors/caf_scheduler.hpp>
#include <penstock/actors/control_thread.hpp>
#include <penstock/actors/thread_pool.hpp>
#include <penstock/actors/tick_clock.hpp>
#include <penstock/actors/turn_watch.hpp>

namespace penstock {

namespace {

class real_environment final : public environment {
 public:
  explicit real_environment(world& in) : world_{in}, activity_{make_ref<activity>()} {}
  ~real_environment() override { world_.control().forget(this); }

  address spawn(std::unique_ptr<actor_logic> logic, lane where, const std::string& name) override {
    switch (where) {
      case lane::thread:
        return threads_.spawn(std::move(logic), activity_, name);
      case lane::control:
        return world_.control().spawn(std::move(logic));
      case lane::scheduler:
        break;
    }
    ref<actor_box> made = world_.scheduler().spawn(std::move(logic), activity_, name);
    try {
      turns_.add(name, made);
    } catch (const std::bad_alloc&) {
      // The actor is there, and must not be lost over this: nobody will say it if its bodies are slow.
    }
    return made;
  }

  std::int64_t now() const override { return tick_clock_now(); }

  void post_after(std::int64_t delay, address to, message m) override {
    // A timer that is set keeps the run from being quiet.
    activity_->begin();
    world_.control().at(
        steady_now() + delay,
        [to = std::move(to), late = std::move(m), counted = activity_]() mutable {
          to->post(std::move(late));
          counted->end();
        },
        this);
  }

  void remind(std::int64_t delay, address to, message m) override {
    world_.control().at(
        steady_now() + delay,
        [to = std::move(to), late = std::move(m)]() mutable { to->post(std::move(late)); }, this);
  }

  void expect() override { activity_->begin(); }
  void stop_expecting() override { activity_->end(); }

  std::uint64_t random() override {
    thread_local std::minstd_rand generator{std::random_device{}()};
    return generator();
  }

  void when_quiet(std::function<void()> idle) override { activity_->when_quiet(std::move(idle)); }
  bool quiet() const override { return activity_->quiet(); }

  std::vector<long_turn> look_for_long_turns(std::int64_t limit) override {
    return turns_.look(now(), limit);
  }
  std::vector<long_turn> long_turns() const override { return turns_.going_on(); }

  std::size_t lost_threads(std::int64_t wait) override {
    return threads_.ended_within(std::chrono::nanoseconds{wait});
  }
  void run_ended() override { world_.control().forget(this); }
  void give_up() override { world_.scheduler().leak(); }

 private:
  world& world_;
  ref<activity> activity_;
  thread_pool threads_;
  turn_watch turns_;
};

}  // namespace

world::world(unsigned threads)
    : control_{std::make_unique<control_thread>()}, scheduler_{std::make_unique<caf_scheduler>(threads)} {}

world::~world() {
  scheduler_.reset();  // its actors may still want timers
  control_.reset();
}

std::unique_ptr<environment> make_environment(world& in) { return std::make_unique<real_environment>(in); }

}  // namespace penstock
