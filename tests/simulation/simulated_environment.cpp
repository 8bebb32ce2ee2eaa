#include "simulated_environment.hpp"

#include <algorithm>
#include <utility>

#include <penstock/actors/source.hpp>
#include <penstock/actors/stage.hpp>

namespace penstock_simulation {

using penstock::address;
using penstock::after_turn;
using penstock::message;
using penstock::ref;

namespace {

/// Events nearer than this may overtake actors that could run: real actors wait for a core now and then.
constexpr std::int64_t a_stall = 10'000'000;

}  // namespace

class simulated_environment::box final : public penstock::mailbox {
 public:
  box(simulated_environment& env, std::unique_ptr<penstock::actor_logic> of, std::string called,
      bool is_counted, std::uint64_t index)
      : name{std::move(called)}, number{index}, counted{is_counted}, logic{std::move(of)}, env_{env} {}

  void post(message m) override { env_.post(*this, std::move(m)); }

  const std::string name;
  const std::uint64_t number;
  const bool counted;
  std::unique_ptr<penstock::actor_logic> logic;
  std::vector<message> inbox;
  bool scheduled = false;
  bool busy = false;  ///< in the middle of a long turn
  bool ended = false;

 private:
  simulated_environment& env_;
};

simulated_environment::simulated_environment(std::uint64_t seed) : dice_{seed} {}

simulated_environment::~simulated_environment() {
  // After a run that did not end, actors and messages hold one another.
  quiet_ = nullptr;
  in_turn_ = true;
  for (auto& each : boxes_) {
    each->ended = true;
    each->logic = nullptr;
    each->inbox.clear();
  }
  events_.clear();
  while (!posted_.empty()) std::exchange(posted_, {}).clear();
}

address simulated_environment::spawn(std::unique_ptr<penstock::actor_logic> logic, penstock::lane where,
                                     const std::string& name) {
  boxes_.push_back(penstock::make_ref<box>(*this, std::move(logic), name, where != penstock::lane::control,
                                           boxes_.size()));
  return boxes_.back();
}

void simulated_environment::post(box& to, message m) {
  if (in_turn_) {
    posted_.push_back({ref<box>{&to}, std::move(m)});
  } else {
    deliver(to, std::move(m));
  }
}

void simulated_environment::deliver(box& to, message m) {
  if (to.ended) {
    discard(m, "its receiver has ended");
    return;
  }
  to.inbox.push_back(std::move(m));
  if (std::exchange(to.scheduled, true)) return;
  if (to.busy) return;
  if (to.counted) ++active_;
  runnable_.push_back(&to);
}

void simulated_environment::post_after(std::int64_t delay, address to, message m) {
  ++active_;
  add_timer(delay, true, std::move(to), std::move(m));
}

void simulated_environment::remind(std::int64_t delay, address to, message m) {
  add_timer(delay, false, std::move(to), std::move(m));
}

void simulated_environment::add_timer(std::int64_t delay, bool counted, address to, message m) {
  auto timer = std::make_unique<event>();
  timer->at = now() + delay;
  timer->counted = counted;
  timer->letters.push_back({ref<box>{static_cast<box*>(to.get())}, std::move(m)});
  add(std::move(timer));
}

void simulated_environment::add(std::unique_ptr<event> what) {
  what->number = next_event_++;
  events_.push_back(std::move(what));
  std::push_heap(events_.begin(), events_.end(), later{});
}

bool simulated_environment::fires_now() {
  if (events_.empty()) return false;
  if (runnable_.empty()) return true;
  const auto wait = events_.front()->at - clock_;
  if (wait <= 0) return dice_.chance(1, 2);
  return wait < a_stall && dice_.chance(1, 16);
}

bool simulated_environment::step() {
  if (fires_now()) {
    fire_next();
    return true;
  }
  if (runnable_.empty()) return false;
  const auto chosen = dice_.below(static_cast<std::uint32_t>(runnable_.size()));
  std::swap(runnable_[chosen], runnable_.back());
  box* next = runnable_.back();
  runnable_.pop_back();
  if (dice_.chance(1, 4)) clock_ += dice_.below(500);
  run_turn(*next);
  return true;
}

void simulated_environment::fire_next() {
  std::pop_heap(events_.begin(), events_.end(), later{});
  const auto due = std::move(events_.back());
  events_.pop_back();
  clock_ = std::max(clock_, due->at);
  note(mix(due->number, static_cast<std::uint64_t>(clock_)));
  for (letter& each : due->letters) deliver(*each.to, std::move(each.what));
  if (due->wakes) {
    due->wakes->busy = false;
    come_to_rest(*due->wakes);
  }
  if (due->counted) finished_something();
}

void simulated_environment::run_turn(box& of) {
  // A turn may come after any number of the messages that have arrived by now.
  std::vector<message> seen;
  if (of.inbox.size() > 1 && dice_.chance(1, 4)) {
    const auto count = 1 + dice_.below(static_cast<std::uint32_t>(of.inbox.size()) - 1);
    const auto end = of.inbox.begin() + count;
    seen.assign(std::make_move_iterator(of.inbox.begin()), std::make_move_iterator(end));
    of.inbox.erase(of.inbox.begin(), end);
  } else {
    seen.swap(of.inbox);
  }
  note(mix(of.number, seen.size()));
  for (const message& each : seen) note(each.index());
  in_turn_ = true;
  for (message& each : seen) of.logic->receive(each);
  seen.clear();
  const after_turn next = of.logic->turn();
  if (next == after_turn::done) {
    note_credit(of);
    of.ended = true;
    of.logic = nullptr;
    for (message& each : std::exchange(of.inbox, {})) discard(each, "its receiver has ended");
  }
  in_turn_ = false;
  of.scheduled = next == after_turn::again || !of.inbox.empty();
  std::vector<letter> letters = std::exchange(posted_, {});
  const auto took = std::exchange(spent_, 0);
  note(static_cast<std::uint64_t>(clock_ + took));
  if (took == 0) {
    // Until the end of this the actor counts as active, as it does in the real environments.
    of.busy = true;
    for (letter& each : letters) deliver(*each.to, std::move(each.what));
    of.busy = false;
    come_to_rest(of);
    return;
  }
  of.busy = true;
  auto wake = std::make_unique<event>();
  wake->at = clock_ + took;
  wake->wakes = ref<box>{&of};
  wake->letters = std::move(letters);
  add(std::move(wake));
}

void simulated_environment::note_credit(box& of) {
  penstock::outbox* outputs = nullptr;
  if (auto* stage = dynamic_cast<penstock::stage*>(of.logic.get())) outputs = &stage->outputs();
  if (auto* from = dynamic_cast<penstock::source*>(of.logic.get())) outputs = &from->outputs();
  if (outputs == nullptr) return;
  last_credit& last = credit_.emplace_back();
  last.name = of.name;
  last.reserved = outputs->reserved();
  last.waiting = outputs->waiting_items();
  for (const penstock::output_edge& edge : outputs->all()) last.left.emplace_back(edge.name, edge.left.items);
}

/// The actor has been counted as active all through its turn.
void simulated_environment::come_to_rest(box& of) {
  if (of.scheduled) {
    runnable_.push_back(&of);
  } else if (of.counted) {
    finished_something();
  }
}

void simulated_environment::finished_something() {
  if (--active_ == 0 && quiet_) quiet_();
}

std::vector<std::string> simulated_environment::alive() const {
  std::vector<std::string> names;
  for (const auto& each : boxes_) {
    if (!each->ended) names.push_back(each->name);
  }
  return names;
}

std::string simulated_environment::waits() const {
  std::string text;
  for (const auto& each : boxes_) {
    penstock::stage_figures f;
    if (const auto* stage = dynamic_cast<const penstock::stage*>(each->logic.get())) f = stage->figures();
    if (const auto* from = dynamic_cast<const penstock::source*>(each->logic.get())) f = from->figures();
    if (each->ended || f.name.empty()) continue;
    text += "\n    '" + f.name + "' waits for " + (f.waits_for.empty() ? "nothing" : f.waits_for) + " (in " +
            std::to_string(f.in) + ", out " + std::to_string(f.out) + ", queued " + std::to_string(f.queued) +
            ", in work " + std::to_string(f.in_work) + ")";
  }
  return text;
}

}  // namespace penstock_simulation
