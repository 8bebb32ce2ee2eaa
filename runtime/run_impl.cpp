#include <penstock/runtime/run_impl.hpp>

#include <spdlog/logger.h>

#include <algorithm>
#include <random>
#include <utility>

#include <penstock/messages/error.hpp>
#include <penstock/runtime/snapshot_parts.hpp>

namespace penstock {

namespace {

/// How long `snapshot` waits for stages that are in the middle of something.
constexpr std::chrono::milliseconds answer_time{200};

}  // namespace

run::impl::impl(std::shared_ptr<world> in, std::unique_ptr<environment> env, run_plan plan,
                std::unique_ptr<dead_letter_sink> letters, std::shared_ptr<spdlog::logger> log,
                std::chrono::nanoseconds inactivity, std::chrono::nanoseconds slow_body)
    : world_{std::move(in)},
      env_{std::move(env)},
      plan_{std::move(plan)},
      letters_{std::move(letters)},
      result_{std::make_shared<run_result>()},
      inactivity_{inactivity.count()},
      slow_body_{slow_body.count()} {
  state_.graph = plan_.graph;
  state_.dead_letters = letters_.get();
  state_.id = std::random_device{}();
  state_.log = std::move(log);
}

run::impl::~impl() = default;

void run::impl::start() {
  auto logic = std::make_unique<run_controller>(*env_, state_, result_, inactivity_, slow_body_);
  run_controller& controller = *logic;
  controller.expect_members(plan_.members.size());
  controller_ = env_->spawn(std::move(logic), lane::control, plan_.graph);
  controller.set_self(controller_);
  std::vector<run_controller::member> known;
  try {
    controller.set_groups(plan_.groups);
    controller.set_patience(plan_.patience);
    env_->when_quiet([to = controller_] { to->post(run_is_quiet{}); });
    make_members(known);
    connect_members();
  } catch (...) {
    // Those that were made end first: they use what goes with this object.
    for (stage* each : stages_) {
      if (each != nullptr) each->forget_edges();
    }
    for (source* each : sources_) {
      if (each != nullptr) each->outputs().forget();
    }
    controller.set_members(std::move(known));
    controller_->post(abort_run{"the run could not be started"});
    result_->wait();
    throw;
  }
  controller.set_members(std::move(known));
  controller_->post(start_run{});
}

void run::impl::make_members(std::vector<run_controller::member>& known) {
  sources_.resize(plan_.members.size());
  stages_.resize(plan_.members.size());
  // Once an actor is there nothing may throw until the controller will know it.
  members_.reserve(plan_.members.size());
  known.reserve(plan_.members.size());
  for (std::uint32_t i = 0; i < plan_.members.size(); ++i) {
    const run_plan::member& member = plan_.members[i];
    run_controller::member added{member.name, {}, member.is_source};
    if (member.is_source) {
      const source_plan& plan = plan_.sources[member.index];
      auto made = std::make_unique<source>(plan, i, *env_, state_);
      source& from = *made;
      from.set_controller(controller_);
      added.to = env_->spawn(std::move(made), plan.blocking ? lane::thread : lane::scheduler, member.name);
      sources_[i] = &from;
      if (plan.growth) plan.growth->source = added.to;
    } else {
      const stage_plan& plan = plan_.stages[member.index];
      auto made = std::make_unique<stage>(plan, i, *env_, state_);
      stage& to = *made;
      to.set_controller(controller_);
      added.to = env_->spawn(std::move(made), lane::scheduler, member.name);
      stages_[i] = &to;
      to.set_self(added.to);
      if (plan.scatter) plan.scatter->scatter = added.to;
      if (plan.gather) plan.gather->gather = added.to;
    }
    members_.push_back(added.to);
    known.push_back(std::move(added));
    if (sources_[i] != nullptr) sources_[i]->set_self(members_[i]);
  }
}

void run::impl::connect_members() {
  std::vector<ref<fan_out>> outputs(members_.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    // Producers come first, so the output that a chain passes on is known.
    outputs[i] = plan_.members[i].is_relay ? make_ref<fan_out>(outputs[plan_.members[i].inputs.front()])
                                           : make_ref<fan_out>();
    if (sources_[i] != nullptr) sources_[i]->set_outputs(outputs[i]);
  }
  std::vector<std::size_t> consumers(members_.size());
  for (const run_plan::member& each : plan_.members) {
    for (const std::size_t producer : each.inputs) ++consumers[producer];
  }
  for (std::size_t i = 0; i < members_.size(); ++i)
    (sources_[i] != nullptr ? sources_[i]->outputs() : stages_[i]->outputs()).expect(consumers[i]);
  for (std::size_t consumer = 0; consumer < members_.size(); ++consumer) {
    stage* to = stages_[consumer];
    if (to == nullptr) continue;
    const auto& inputs = plan_.members[consumer].inputs;
    std::vector<ref<edge_link>> links;
    for (const std::size_t producer : inputs) {
      links.push_back(plan_.members[consumer].is_relay
                          ? make_ref<edge_link>(outputs[producer], outputs[consumer])
                          : make_ref<edge_link>(outputs[producer]));
      to->add_input(links.back());
    }
    to->ready();
    for (std::uint32_t edge = 0; edge < inputs.size(); ++edge) {
      const std::size_t producer = inputs[edge];
      outbox& from =
          sources_[producer] != nullptr ? sources_[producer]->outputs() : stages_[producer]->outputs();
      const auto number = from.connect(members_[consumer], plan_.members[consumer].name, edge,
                                       plan_.stages[plan_.members[consumer].index].capacity, links[edge],
                                       plan_.members[producer].heaviest);
      from.granted(number, to->opening_credit(edge));
      to->connect_input(edge, members_[producer], number);
    }
  }
  known_.resize(members_.size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    known_[i] = stages_[i] != nullptr ? stages_[i]->figures() : sources_[i]->figures();
  }
}

run_snapshot run::impl::snapshot() {
  auto request = std::make_shared<snapshot_request>(members_.size());
  auto before = result_->get();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (before.last[i].name.empty()) {
      members_[i]->post(report_figures{request, static_cast<std::uint32_t>(i)});
    } else {
      request->answer(i, before.last[i]);
    }
  }
  if (!before.ended) {
    // A member that ends meanwhile never answers, but leaves its last figures.
    request->wait_until(std::chrono::steady_clock::now() + answer_time);
  }
  const auto state = result_->get();
  auto figures = request->figures();
  const std::lock_guard lock{mutex_};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (!state.last[i].name.empty()) {
      known_[i] = state.last[i];
    } else if (!figures[i].name.empty()) {
      known_[i] = std::move(figures[i]);
    }
  }
  run_snapshot result;
  result.graph = plan_.graph;
  result.state = to_string(state.phase);
  const auto end = state.ended ? state.finished : env_->now();
  result.elapsed = std::chrono::nanoseconds{state.began == 0 ? 0 : end - state.began};
  const double seconds = std::chrono::duration<double>(result.elapsed).count();
  result.supervision = supervision_tree(plan_, result.state, state, known_);
  const auto held = state.ended ? std::vector<long_turn>{} : env_->long_turns();
  for (std::size_t i = 0; i < known_.size(); ++i) {
    result.stages.push_back(stage_snapshot_of(known_[i], seconds));
    stage_snapshot& last = result.stages.back();
    for (const std::string& lost : state.lost) {
      if (lost == plan_.members[i].name) ++last.lost_threads;
    }
    for (const long_turn& each : held) {
      // A worker's actor has the name of its stage, and its place.
      if (each.actor != last.name && !each.actor.starts_with(last.name + "/")) continue;
      last.in_one_call = std::max(last.in_one_call, std::chrono::nanoseconds{env_->now() - each.since});
    }
  }
  result.reason = state.reason;
  result.deadline_passed = state.deadline_passed;
  if (state.error) {
    const auto told = describe_exception(state.error);
    result.failure =
        (state.failed_member.empty() ? "" : state.failed_member + ": ") + told.type + ": " + told.text;
  }
  return result;
}

void run::impl::when_ended(std::function<void()> f) {
  result_->when_ended([f = std::move(f), log = state_.log, graph = plan_.graph] {
    try {
      f();
    } catch (...) {
      const auto thrown = describe_exception(std::current_exception());
      log->error("graph '{}': what was to be called at its end threw {}: {}", graph, thrown.type,
                 thrown.text);
    }
  });
}

void run::impl::log_untold_failure() const noexcept {
  try {
    const auto state = result_->get();
    if (told_ || !state.error || !state_.log) return;
    const auto thrown = describe_exception(state.error);
    state_.log->error("graph '{}' failed{} and nobody waited for it: {}: {}", plan_.graph,
                      state.failed_member.empty() ? "" : " in " + state.failed_member, thrown.type,
                      thrown.text);
  } catch (...) {
    // No memory for the words.
  }
}

void run::impl::change_stage(const std::string& stage, message m) {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (plan_.members[i].name != stage || plan_.members[i].is_source) continue;
    members_[i]->post(std::move(m));
    return;
  }
  throw option_error("graph '" + plan_.graph + "' has no stage '" + stage + "'");
}

}  // namespace penstock
