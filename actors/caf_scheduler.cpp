#include <penstock/actors/caf_scheduler.hpp>

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/policy/unprofiled.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <optional>
#include <thread>
#include <utility>

#include <penstock/actors/actor_box.hpp>
#include <penstock/actors/job_queues.hpp>

namespace penstock {

namespace {

/// The execution unit that runs on this thread, so that what it wakes runs next and in its cache.
thread_local caf::execution_unit* current_unit = nullptr;

/// Turns before other actors get theirs.
constexpr unsigned turns_at_a_time = 2;

class caf_box;

/// The CAF actor around a box: CAF schedules it, monitors and links see it. Its messages do not pass through
/// CAF's mailbox, which would cost an allocation and a type dispatch each.
class shell final : public caf::monitorable_actor, public caf::resumable {
 public:
  shell(caf::actor_config& cfg, ref<caf_box> box) : caf::monitorable_actor{cfg}, box_{std::move(box)} {
    register_at_system();
  }

  const char* name() const override { return "penstock"; }
  void enqueue(caf::mailbox_element_ptr, caf::execution_unit*) override {
  }  // speaks to penstock's actors alone
  subtype_t subtype() const override { return unspecified; }
  resume_result resume(caf::execution_unit* unit, size_t) override;
  void intrusive_ptr_add_ref_impl() override { caf::intrusive_ptr_add_ref(ctrl()); }
  void intrusive_ptr_release_impl() override { caf::intrusive_ptr_release(ctrl()); }

 private:
  ref<caf_box> box_;
};

class caf_box final : public actor_box {
 public:
  caf_box(std::unique_ptr<actor_logic> logic, ref<activity> counted, caf::actor_system& system)
      : actor_box{std::move(logic), std::move(counted)}, system_{system} {}

  void wrap(caf::strong_actor_ptr handle, shell* actor) {
    handle_ = std::move(handle);
    shell_ = actor;
  }

  bool run() { return run_turns(turns_at_a_time); }

 private:
  void schedule() override {
    shell_->intrusive_ptr_add_ref_impl();
    if (current_unit != nullptr && &current_unit->system() == &system_) {
      current_unit->exec_later(shell_);
    } else {
      system_.scheduler().enqueue(shell_);
    }
  }

  void released() override {
    shell_->cleanup(caf::exit_reason::normal, current_unit);
    shell_->unregister_from_system();
    handle_ = nullptr;  // the scheduler holds the shell until this turn is over
  }

  caf::actor_system& system_;
  caf::strong_actor_ptr handle_;
  shell* shell_ = nullptr;
};

caf::resumable::resume_result shell::resume(caf::execution_unit* unit, size_t) {
  current_unit = unit;
  // The scheduler holds this shell, and so its box, until the turn is over.
  const bool again = box_->run();
  current_unit = nullptr;
  return again ? resume_later : awaiting_message;
}

/// Who runs when: CAF's coordinator and worker threads over queues of ours. CAF's own work stealing looks for
/// work 20,000 times a second on every idle thread, each time by a timer, which took a quarter of the
/// processor from threads that computed.
class job_queue_policy : public caf::policy::unprofiled {
 public:
  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {}
    std::optional<job_queues> queues;
  };
  struct worker_data {
    // Made once by the coordinator before its workers, and only by then it knows how many there will be.
    explicit worker_data(caf::scheduler::abstract_coordinator* coordinator);
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    d(self).queues->push(job);
  }
  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    d(self->parent()).queues->push(job);
  }
  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    d(self->parent()).queues->push_next(self->id(), job);
  }
  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    d(self->parent()).queues->push_last(self->id(), job);
  }
  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    return static_cast<caf::resumable*>(d(self->parent()).queues->take(self->id()));
  }
  template <class Worker, class Function>
  void foreach_resumable(Worker*, Function) {}
  template <class Coordinator, class Function>
  void foreach_central_resumable(Coordinator* self, Function f) {
    while (auto* job = static_cast<caf::resumable*>(d(self).queues->take_left())) f(job);
  }
};

job_queue_policy::worker_data::worker_data(caf::scheduler::abstract_coordinator* coordinator) {
  static_cast<caf::scheduler::coordinator<job_queue_policy>*>(coordinator)
      ->data()
      .queues.emplace(coordinator->num_workers());
}

class config final : public caf::actor_system_config {
 public:
  explicit config(unsigned threads) {
    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    set("scheduler.max-threads", static_cast<size_t>(threads));
    set("logger.file-verbosity", caf::atom("quiet"));
    load<caf::scheduler::coordinator<job_queue_policy>>();
  }
};

}  // namespace

struct caf_scheduler::impl {
  explicit impl(unsigned threads) : settings{threads}, system{settings} {}
  config settings;
  caf::actor_system system;
};

caf_scheduler::caf_scheduler(unsigned threads) : impl_{std::make_unique<impl>(threads)} {}

caf_scheduler::~caf_scheduler() {
  if (leak_) static_cast<void>(impl_.release());
}

ref<actor_box> caf_scheduler::spawn(std::unique_ptr<actor_logic> logic, ref<activity> counted,
                                    const std::string&) {
  caf::actor_system& system = impl_->system;
  const ref<caf_box> box{new caf_box{std::move(logic), std::move(counted), system}};
  caf::actor_config cfg;
  auto handle =
      caf::make_actor<shell, caf::strong_actor_ptr>(system.next_actor_id(), system.node(), &system, cfg, box);
  auto* actor = static_cast<shell*>(caf::actor_cast<caf::abstract_actor*>(handle));
  box->wrap(std::move(handle), actor);
  return box;
}

}  // namespace penstock
