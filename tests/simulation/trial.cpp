#include "trial.hpp"

#include <chrono>
#include <memory>
#include <random>
#include <utility>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/describe.hpp>
#include <penstock/runtime/run_impl.hpp>

#include "build_graph.hpp"
#include "check.hpp"
#include "item.hpp"

namespace penstock_simulation {

namespace ps = penstock;

namespace {

/// No run of these graphs needs nearly as many turns.
constexpr std::uint64_t most_turns = 400'000;

class letter_box final : public ps::dead_letter_sink {
 public:
  letter_box(journal& log, std::uint64_t seed) : log_{log}, luck_{seed} {}
  void write(const ps::dead_letter_record& letter) override {
    if (luck_() % 3 == 0) throw ps::dead_letter_error{"the disk is full", true};
    log_.letters.push_back(letter);
    // What `on_end` emitted came of no item.
    if (letter.archive.empty() && letter.op.empty())
      log_.complain("'" + letter.stage + "' wrote a dead letter without its item");
  }

 private:
  journal& log_;
  std::mt19937_64 luck_;
};

class trial {
 public:
  explicit trial(std::uint64_t seed) : shape_{draw_shape(seed)} {
    if (shape_.emits_after_verdicts()) log_.ends_late();
  }

  trial_result run(bool verbose) {
    {
      ps::graph graph = build_graph(set_);
      start(graph);
      while (!over() && step()) {
        // A run that is quiet, and not over, waits for something that will never come.
        if (env_->quiet() && !ended() && result_.turns > 1) note_stillness();
      }
      look_back();
      if (verbose || !result_.violations.empty()) result_.graph = ps::describe(graph, {}) + describe(shape_);
    }
    run_ = nullptr;
    set_.env = nullptr;
    if (census::living != 0) {
      violated(std::to_string(census::living) + " items are alive after the end");
      census::living = 0;
    }
    return std::move(result_);
  }

 private:
  void violated(std::string sentence) { result_.violations.push_back(std::move(sentence)); }

  void start(const ps::graph& graph) {
    ps::run_plan plan = ps::make_plan(graph.data(), {});
    for (const auto& member : plan.members) {
      if (member.is_source) continue;
      const ps::stage_plan& stage = plan.stages[member.index];
      seen_.limits[member.name] = {member.inputs.size(), stage.capacity, stage.bytes, stage.workers};
    }
    auto env = std::make_unique<simulated_environment>(shape_.seed);
    env_ = set_.env = env.get();
    run_ = std::make_shared<ps::run::impl>(nullptr, std::move(env), std::move(plan),
                                           std::make_unique<letter_box>(log_, shape_.seed), nullptr,
                                           std::chrono::nanoseconds{shape_.inactivity});
    run_->start();
  }

  bool ended() const { return run_->result().get().ended; }
  bool over() {
    if (result_.turns < most_turns) return false;
    violated("the run goes on for ever:" + env_->waits());
    return true;
  }

  void note_stillness() {
    std::string waits = env_->waits();
    if (!waits.empty()) stuck_ = std::move(waits);
  }

  bool step() {
    while (next_deed_ < shape_.deeds.size() && shape_.deeds[next_deed_].at <= result_.turns) {
      do_it(shape_.deeds[next_deed_++]);
    }
    ++result_.turns;
    return env_->step();
  }

  void do_it(const deed& d) {
    if (ended()) return;
    switch (d.kind) {
      case deed::what::set_workers: {
        auto& workers = seen_.limits.at(d.stage).workers;
        workers = std::max(workers, static_cast<std::uint64_t>(d.number));
        run_->change_stage(d.stage, ps::set_workers{static_cast<unsigned>(d.number)});
        return;
      }
      case deed::what::set_capacity: {
        auto& capacity = seen_.limits.at(d.stage).capacity;
        capacity = std::max(capacity, static_cast<std::uint64_t>(d.number));
        run_->change_stage(d.stage, ps::set_capacity{static_cast<std::uint32_t>(d.number)});
        return;
      }
      case deed::what::drain:
      case deed::what::drain_by:
        seen_.drained = true;
        seen_.aborted = seen_.aborted || d.number > 0;
        run_->post(ps::drain_run{d.number});
        return;
      case deed::what::abort:
        seen_.aborted = true;
        run_->post(ps::abort_run{"the simulation said so"});
        return;
      case deed::what::look:
        run_->change_stage(d.stage, ps::report_figures{std::make_shared<ps::snapshot_request>(64), 0});
        return;
    }
  }

  void look_back() {
    result_.trace = env_->trace();
    if (!ended()) {
      violated("the run hangs:" + env_->waits());
      return;
    }
    seen_.state = run_->result().get();
    seen_.last = run_->snapshot();
    for (const std::string& name : env_->alive()) violated("'" + name + "' is alive after the end");
    if (env_->gave_up()) violated("the end did not wait for bodies that return");
    seen_.credit = env_->credit();
    for (std::string& each : check(shape_, log_, seen_)) violated(std::move(each));
    if (!stuck_.empty() && !result_.violations.empty()) violated("and it was stuck:" + stuck_);
  }

  shape shape_;
  journal log_;
  stage_set set_{&shape_, &log_, nullptr};
  std::shared_ptr<ps::run::impl> run_;
  simulated_environment* env_ = nullptr;
  std::size_t next_deed_ = 0;
  facts seen_;
  std::string stuck_;
  trial_result result_;
};

}  // namespace

trial_result try_seed(std::uint64_t seed, bool verbose) { return trial{seed}.run(verbose); }

}  // namespace penstock_simulation
