#pragma once

#include <cstddef>
#include <cstdint>
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

}  // namespace penstock_simulation
