#include "model.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "behaviour.hpp"

namespace penstock_simulation {

using penstock::error_action;

namespace {

/// No policy tries again after so many.
constexpr std::uint32_t last_attempt = 0xffff;

struct open_scope {
  int parent;
  int job;
  std::uint64_t sum = 0;
  std::uint64_t pieces = 0;
  std::uint64_t failures = 0;
  bool lost = false;  ///< the scatter threw after its first piece
};

/// What becomes of an item on which a body throws, once all tries are over.
enum class fate { passes, skipped, written, outcome, fatal };

class model {
 public:
  model(const shape& s, const std::map<int, std::uint32_t>& made) : shape_{s}, made_{made} {}

  expectation work_out() {
    for (const node& n : shape_.nodes) {
      streams_.push_back(follow(n));
      if (n.chunks.keyed) streams_.back().split_orders(keys);
      if (n.type == node_type::sink) result_.sinks[n.number] = streams_.back();
    }
    return std::move(result_);
  }

 private:
  using emitted = std::vector<model_item>;

  const model_stream& input(const node& n, std::size_t which = 0) const {
    return streams_[static_cast<std::size_t>(n.inputs[which])];
  }

  model_stream follow(const node& n) {
    if (n.broken != hook::none) result_.fatal.emplace(n.number, 0);
    switch (n.type) {
      case node_type::source:
        return source(n);
      case node_type::merge:
        return merge(n);
      case node_type::gather:
        return gather(n);
      case node_type::view:
        return transform(input(n), true, [&](const model_item& in, emitted& out) { view(n, in, out); });
      case node_type::scatter:
        return transform(input(n), keeps_order(n),
                         [&](const model_item& in, emitted& out) { scatter(n, in, out); });
      case node_type::sink:
        return sink(n);
      case node_type::stage:
        break;
    }
    model_stream out = transform(by_key(n, input(n)), keeps_order(n),
                                 [&](const model_item& in, emitted& to) { body(n, in, to); });
    const auto last = n.emits_at_end ? n.options.workers.value_or(1) : 0;
    for (auto i = last; i > 0; --i) out.items.push_back({last_value(n), -1, -1});
    return out;
  }

  bool partitioned(const node& n) const {
    return n.keyed && (n.options.workers.value_or(1) > 1 || shape_.resizes(n));
  }
  bool keeps_order(const node& n) const {
    return partitioned(n) || n.options.ordered.value_or(n.options.workers.value_or(1) == 1);
  }

  model_stream source(const node& n) {
    if (n.breaks_at > 0) result_.fatal.emplace(n.number, n.breaks_at);
    const auto found = made_.find(n.number);
    const auto count = found == made_.end() ? n.items : std::min(n.items, found->second);
    model_stream out;
    out.orders.emplace_back();
    for (std::uint32_t i = 0; i < count; ++i) {
      int job = -1;
      if (n.source == source_form::acknowledges) {
        job = static_cast<int>(result_.jobs.size());
        result_.jobs.push_back({n.number, source_value(n, i)});
      }
      out.orders[0].push_back(i);
      out.items.push_back({source_value(n, i), job, -1});
    }
    return out;
  }

  model_stream merge(const node& n) {
    model_stream out;
    for (std::size_t i = 0; i < n.inputs.size(); ++i) out.append(input(n, i));
    return out;
  }

  template <class F>
  model_stream transform(const model_stream& in, bool keep_order, F each) {
    model_stream out;
    std::vector<std::uint32_t> begins;
    for (const model_item& item : in.items) {
      begins.push_back(static_cast<std::uint32_t>(out.items.size()));
      each(item, out.items);
    }
    begins.push_back(static_cast<std::uint32_t>(out.items.size()));
    if (!keep_order) return out;
    for (const auto& order : in.orders) {
      auto& mapped = out.orders.emplace_back();
      for (const std::uint32_t index : order) {
        for (auto i = begins[index]; i < begins[index + 1]; ++i) mapped.push_back(i);
      }
    }
    return out;
  }

  model_stream by_key(const node& n, model_stream in) const {
    if (partitioned(n)) in.split_orders(keys);
    return in;
  }

  /// What becomes of an item on which the body throws at first; notes letters, outcomes and fatal faults.
  fate resolve(const node& n, std::uint64_t value, int scope, bool fails_always, std::uint32_t attempt = 1) {
    const penstock::error_policy& policy = n.options.policy;
    const auto error = n.odd ? std::make_exception_ptr(odd_fault{n.number, value})
                             : std::make_exception_ptr(fault{n.number, value});
    for (;; ++attempt) {
      if (!fails_always && !faults_at(n, value, attempt)) return fate::passes;
      const auto [action, delay, by_rule] = policy.decide(attempt, error, 0);
      if (action == error_action::retry || action == error_action::restart) continue;
      if (action == error_action::skip) return fate::skipped;
      if (action == error_action::dead_letter) {
        ++result_.letters;
        return fate::written;
      }
      if (!by_rule && scope >= 0) {
        ++scopes_[static_cast<std::size_t>(scope)].failures;
        return fate::outcome;
      }
      result_.fatal.emplace(n.number, value);
      return fate::fatal;
    }
  }

  /// How many of its outputs an item has; all if it passes, of a lazy body some if it throws midway.
  std::uint32_t outputs_of(const node& n, const model_item& in) {
    const fate end = faults(n, in.value) ? resolve(n, in.value, in.scope, false) : fate::passes;
    std::uint32_t count = 1;
    if (n.form == body_form::maybe) count = drops(n, in.value) ? 0 : 1;
    const bool several = n.form == body_form::many || n.form == body_form::lazy;
    if (several) count = output_count(n, in.value);
    if (end == fate::passes) return count;
    if (n.form != body_form::lazy || holds_outputs_back(n)) return 0;
    count = std::min(count, outputs_before_fault(n, in.value));
    if (count > 0 && in.job >= 0) result_.jobs[static_cast<std::size_t>(in.job)].flagged = true;
    return count;
  }

  /// A lazy body's outputs wait for its end if the item may be tried again or written down, be it by an
  /// operator that is fused to the body.
  bool holds_outputs_back(const node& n) const {
    if (n.options.policy.keeps_items() || n.chunks.size > 0) return n.options.policy.keeps_items();
    const node* only = nullptr;
    int uses = 0;
    for (const node& other : shape_.nodes) {
      for (const int input : other.inputs) {
        if (input != n.number) continue;
        ++uses;
        only = &other;
      }
    }
    return uses == 1 && only->type == node_type::view && only->options.policy.uses(error_action::dead_letter);
  }

  void body(const node& n, const model_item& in, emitted& out) {
    const auto count = outputs_of(n, in);
    for (std::uint32_t i = 0; i < count; ++i) out.push_back({output_value(n, in.value, i), in.job, in.scope});
  }

  void scatter(const node& n, const model_item& in, emitted& out) {
    const auto count = outputs_of(n, in);
    const bool passes = !faults(n, in.value) || faulted_through(n, in);
    if (count == 0 && !passes) return;
    const int scope = static_cast<int>(scopes_.size());
    scopes_.push_back({in.scope, in.job});
    scopes_.back().lost = !passes;
    scopes_of_[n.number].push_back(scope);
    for (std::uint32_t i = 0; i < count; ++i) out.push_back({output_value(n, in.value, i), in.job, scope});
  }

  /// True if the item passes in the end, although its body threw at first.
  static bool faulted_through(const node& n, const model_item& in) {
    const auto error = std::make_exception_ptr(fault{n.number, in.value});
    for (std::uint32_t attempt = 1; faults_at(n, in.value, attempt); ++attempt) {
      const auto action = n.options.policy.decide(attempt, error, 0).action;
      if (action != error_action::retry && action != error_action::restart) return false;
    }
    return true;
  }

  model_stream gather(const node& n) {
    for (const model_item& piece : input(n).items) {
      open_scope& of = scopes_[static_cast<std::size_t>(piece.scope)];
      of.sum += group_part(piece.value);
      ++of.pieces;
    }
    model_stream out;
    for (const int number : scopes_of_[n.scatter]) {
      const open_scope of = scopes_[static_cast<std::size_t>(number)];
      if (of.lost) continue;
      if (of.pieces + of.failures > static_cast<std::uint64_t>(n.options.max_held.value_or(65536))) {
        resolve(n, overfull, of.parent, true, last_attempt);
        continue;
      }
      const auto value = group_value(of.sum, of.pieces, of.failures);
      if (faults(n, value) && resolve(n, value, of.parent, false) != fate::passes) continue;
      out.items.push_back({output_value(n, value, 0), of.job, of.parent});
    }
    return out;
  }

  model_stream sink(const node& n) {
    // An item that is tried again comes after others, save those of its own key.
    const bool in_turn =
        partitioned(n) || (n.options.workers.value_or(1) == 1 && !n.options.policy.tries_again());
    return by_key(n, transform(input(n), in_turn, [&](const model_item& in, emitted& out) {
                    if (!faults(n, in.value) || resolve(n, in.value, in.scope, false) == fate::passes)
                      out.push_back(in);
                  }));
  }

  void view(const node& n, const model_item& in, emitted& out) {
    if (faults(n, in.value)) {
      resolve(n, in.value, in.scope, true);
      return;
    }
    const auto before = out.size();
    const auto pass = [&](std::uint64_t value) { out.push_back({value, in.job, in.scope}); };
    switch (n.view) {
      case view_form::map:
        return pass(output_value(n, in.value, 0));
      case view_form::filter:
        if (!drops(n, in.value)) pass(in.value);
        return;
      case view_form::tap:
        return pass(in.value);
      case view_form::map_filter: {
        const auto value = output_value(n, in.value, 0);
        if (second_faults(n, value)) {
          resolve(n, value, in.scope, true);
        } else if (!drops(n, value)) {
          pass(value);
        }
        return;
      }
      case view_form::flat_map:
      case view_form::flat_map_map:
      case view_form::flat_map_filter_map:
        break;
    }
    for (std::uint32_t i = 0; i < output_count(n, in.value); ++i) {
      const auto value = output_value(n, in.value, i);
      if (n.view == view_form::flat_map) {
        pass(value);
      } else if (n.view == view_form::flat_map_map || !drops(n, value)) {
        if (second_faults(n, value)) {
          // An item on which an operator fails leaves nothing.
          out.erase(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
          resolve(n, value, in.scope, true);
          return;
        }
        pass(output_value(n, value, 0));
      }
    }
  }

  const shape& shape_;
  const std::map<int, std::uint32_t>& made_;
  expectation result_;
  std::vector<model_stream> streams_;
  std::vector<open_scope> scopes_;
  std::map<int, std::vector<int>> scopes_of_;  ///< by scatter
};

}  // namespace

expectation expect(const shape& s, const std::map<int, std::uint32_t>& made) {
  return model{s, made}.work_out();
}

}  // namespace penstock_simulation
