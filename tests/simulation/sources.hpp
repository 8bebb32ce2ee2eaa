#pragma once

#include <algorithm>
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

#include "bodies.hpp"

namespace penstock_simulation {

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

/// Ends only after the last verdict on its jobs, as a queue with until_empty.
struct waiting_source : acknowledging_source {
  explicit waiting_source(labour hands) : acknowledging_source{std::move(hands)} {}

  std::optional<item> operator()(penstock::source_context& context) {
    auto next = acknowledging_source::operator()();
    if (next) ++out;
    if (next || out == 0) return next;
    if (of->salt % 4 == 0) {
      context.needs_verdicts();
      return context.not_yet();
    }
    context.await_verdict();
    return std::nullopt;
  }
  void ack(const item& job) {
    --out;
    acknowledging_source::ack(job);
  }
  void nack(const item& job, const std::string& reason) {
    --out;
    acknowledging_source::nack(job, reason);
  }

 private:
  std::uint32_t out = 0;  ///< jobs without a verdict
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
