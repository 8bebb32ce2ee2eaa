#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <penstock/actors/worker_context.hpp>
#include <penstock/messages/generator.hpp>
#include <penstock/messages/outcome.hpp>

#include "behaviour.hpp"
#include "journal.hpp"

namespace penstock_simulation {

/// What the bodies of a node have in common.
struct labour {
  const node* of = nullptr;
  stage_set* set = nullptr;

  void on_start() const { break_in(hook::start); }
  void on_stop() const { break_in(hook::stop); }

  void break_in(hook where) const {
    if (of->broken == where) throw fault{of->number, 0};
  }
  item make(std::uint64_t value) const { return {value, load_of(set->plan->heavy, value)}; }

  /// Looks at an item, as every body does first.
  void look_at(const item& in) const {
    if (in.value == 0) set->log->complain("'" + of->name + "' got an item that was moved from");
    if (in.load.size() != load_of(set->plan->heavy, in.value).size()) {
      set->log->complain("'" + of->name + "' got an item without its load");
    }
  }
  [[noreturn]] void raise(std::uint64_t value) const {
    if (of->odd) throw odd_fault{of->number, value};
    throw fault{of->number, value};
  }
  void take_time(std::uint64_t value) const { set->env->spend(duration(*of, value)); }

  void work(std::uint64_t value, std::uint32_t attempt) const {
    take_time(value);
    if (faults_at(*of, value, attempt)) fail(value);
  }
  /// Throws; or hangs, and then may throw or not.
  void fail(std::uint64_t value) const {
    if (of->hangs) set->env->spend(overlong * *of->options.timeout);
    if (!of->hangs || of->type == node_type::sink || value % 2 == 0) raise(value);
  }
  void work(penstock::worker_context& context, const item& in) const {
    look_at(in);
    note_worker(context, in.value);
    work(in.value, context.attempt());
    stop_after(context, in.value);
  }
  void note_worker(penstock::worker_context& context, std::uint64_t value) const {
    if (of->keyed && !set->plan->resizes(*of)) set->log->worked(*of, value % keys, context.worker());
  }
  void stop_after(penstock::worker_context& context, std::uint64_t value) const {
    if (!stops(*of, value)) return;
    set->log->stopped = true;
    context.stop();
  }
  item first_output(std::uint64_t value) const { return make(output_value(*of, value, 0)); }
};

/// Of a node that may have results at the end.
struct emitting_labour : labour {
  std::optional<item> on_end() const {
    break_in(hook::end);
    if (!of->emits_at_end) return std::nullopt;
    return make(last_value(*of));
  }
};

struct one_body : emitting_labour {
  item operator()(penstock::worker_context& context, const item& in) const {
    work(context, in);
    return first_output(in.value);
  }
};

struct taking_body : emitting_labour {
  item operator()(penstock::worker_context& context, item in) const {
    work(context, in);
    return first_output(in.value);
  }
};

struct sole_body : emitting_labour {
  sole_item operator()(penstock::worker_context& context, const sole_item& in) const {
    if (!in.held) {
      set->log->complain("'" + of->name + "' got an item that can't be copied and was moved from");
      return {std::make_unique<item>(make(1))};
    }
    work(context, *in.held);
    return {std::make_unique<item>(first_output(in.held->value))};
  }
  std::optional<sole_item> on_end() const {
    auto last = emitting_labour::on_end();
    if (!last) return std::nullopt;
    return sole_item{std::make_unique<item>(std::move(*last))};
  }
};

struct plain_body {
  labour hands;
  item operator()(const item& in) const {
    hands.look_at(in);
    hands.work(in.value, 1);
    return hands.first_output(in.value);
  }
};

struct number_body {
  labour hands;
  std::uint64_t operator()(std::uint64_t value) const {
    hands.work(value, 1);
    return output_value(*hands.of, value, 0);
  }
};

struct maybe_body : emitting_labour {
  std::optional<item> operator()(penstock::worker_context& context, const item& in) const {
    work(context, in);
    if (drops(*of, in.value)) return std::nullopt;
    return first_output(in.value);
  }
};

struct many_body : emitting_labour {
  std::vector<item> operator()(penstock::worker_context& context, const item& in) const {
    work(context, in);
    std::vector<item> outputs;
    for (std::uint32_t i = 0; i < output_count(*of, in.value); ++i)
      outputs.push_back(make(output_value(*of, in.value, i)));
    return outputs;
  }
};

struct lazy_body : emitting_labour {
  penstock::generator<item> operator()(penstock::worker_context& context, const item& in) const {
    look_at(in);
    note_worker(context, in.value);
    take_time(in.value);
    const bool fails = faults_at(*of, in.value, context.attempt());
    if (!fails) stop_after(context, in.value);
    return outputs(in, fails);
  }

 private:
  penstock::generator<item> outputs(const item& in, bool fails) const {
    const auto count = output_count(*of, in.value);
    const auto good = fails ? std::min(count, outputs_before_fault(*of, in.value)) : count;
    for (std::uint32_t i = 0; i < good; ++i) {
      set->env->spend(duration(*of, in.value + i) / 4);
      co_yield make(output_value(*of, in.value, i));
    }
    look_at(in);
    if (fails) fail(in.value);
  }
};

struct gather_body : emitting_labour {
  item operator()(penstock::worker_context& context,
                  const std::vector<penstock::outcome<item>>& pieces) const {
    std::uint64_t sum = 0;
    std::uint64_t failures = 0;
    for (const auto& piece : pieces) {
      if (piece.has_value()) {
        look_at(*piece);
        sum += group_part(piece->value);
      } else {
        ++failures;
      }
    }
    const auto value = group_value(sum, pieces.size() - failures, failures);
    work(value, context.attempt());
    stop_after(context, value);
    return first_output(value);
  }
};

struct sink_body : labour {
  void on_end() const { break_in(hook::end); }
  void operator()(penstock::worker_context& context, const item& in) const {
    work(context, in);
    set->log->took_effect(*of, in.value);
  }
};

struct calling_source : labour {
  std::uint32_t made = 0;

  std::optional<item> operator()() {
    if (++made == of->breaks_at) throw fault{of->number, of->breaks_at};
    if (made > of->items) return std::nullopt;
    const auto value = source_value(*of, made - 1);
    take_time(value);
    return make(value);
  }
};

/// Its origin is away now and then when it should hear a verdict.
struct acknowledging_source : calling_source {
  explicit acknowledging_source(labour hands) : calling_source{std::move(hands)} {}

  std::optional<item> operator()() {
    auto next = calling_source::operator()();
    if (next) set->log->delivered.emplace_back(of->number, next->value);
    return next;
  }
  void ack(const item& job) { settle(job.value, true); }
  void nack(const item& job, const std::string&) { settle(job.value, false); }

  std::optional<std::chrono::nanoseconds> flush_verdicts(penstock::source_context&) { return tell(); }
  std::optional<std::chrono::nanoseconds> tell() {
    if (untold.empty()) return std::nullopt;
    if (set->env->now() < away_until) return std::chrono::nanoseconds{away_until - set->env->now()};
    tell_all();
    return std::nullopt;
  }
  void on_stop() {
    if (!untold.empty()) set->log->owed = true;
    tell_all();
    calling_source::on_stop();
  }

 protected:
  void note(std::uint64_t job, bool acked) {
    if (untold.empty()) {
      if (const auto away = outage(*of, job); away > 0) away_until = set->env->now() + away;
    }
    untold.emplace_back(job, acked);
  }

 private:
  void settle(std::uint64_t job, bool acked) {
    note(job, acked);
    if (set->env->now() >= away_until) tell_all();
  }
  void tell_all() {
    for (const auto& [job, acked] : std::exchange(untold, {})) set->log->judged(*of, job, acked);
  }

  std::vector<std::pair<std::uint64_t, bool>> untold;
  std::int64_t away_until = 0;
};

/// Takes several items of its origin at once, no more than it may give on, and hears of verdicts in groups.
struct grouping_source : acknowledging_source {
  explicit grouping_source(labour hands) : acknowledging_source{std::move(hands)} {}

  std::optional<item> operator()(penstock::source_context& context) {
    promised = false;
    tell();
    if (kept.empty()) take(context.room());
    if (kept.empty()) return std::nullopt;
    item next = std::move(kept.front());
    kept.pop_front();
    set->log->delivered.emplace_back(of->number, next.value);
    return next;
  }
  std::size_t at_hand() const { return kept.size(); }
  void ack(const item& job) { note(job.value, true); }
  void nack(const item& job, const std::string&) { note(job.value, false); }

  std::optional<std::chrono::nanoseconds> flush_verdicts(penstock::source_context& context) {
    if (context.stop_requested()) kept.clear();  // back to their origin
    if (context.room() == 0) return tell();
    if (promised) set->log->complain("'" + of->name + "' was not asked for items when it should have been");
    promised = true;
    return std::nullopt;
  }

 private:
  void take(std::uint32_t room) {
    if (room == 0) set->log->complain("'" + of->name + "' was asked for items without room");
    const auto count = std::min<std::uint64_t>(room, 1 + mix(of->salt, made) % 8);
    while (kept.size() < count) {
      auto next = calling_source::operator()();
      if (!next) return;
      kept.push_back(std::move(*next));
    }
  }

  std::deque<item> kept;
  bool promised = false;  ///< by the engine, that it asks for items next
};

struct generating_source {
  labour hands;

  penstock::generator<item> operator()() const {
    for (std::uint32_t i = 0; i < hands.of->items; ++i) {
      const auto value = source_value(*hands.of, i);
      hands.take_time(value);
      co_yield hands.make(value);
    }
  }
};

}  // namespace penstock_simulation
