#include "shape.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "dice.hpp"
#include "regressions.hpp"

namespace penstock_simulation {

using penstock::error_action;
using penstock::error_rule;
using penstock::pool_kind;

namespace {

class artist {
 public:
  explicit artist(std::uint64_t seed) : dice_{mix(seed, 0xa)} { shape_.seed = seed; }

  shape draw() {
    shape_.heavy = dice_.chance(1, 3);
    if (dice_.chance(1, 8)) shape_.inactivity = 60'000'000'000;
    troubled_ = dice_.chance(1, 2);
    fatal_ = troubled_ && dice_.chance(1, 3);
    const bool two = dice_.chance(1, 4);
    std::vector<int> ends;
    for (int i = 0; i < (two ? 2 : 1); ++i) ends.push_back(segment(add_source(), 0, dice_.between(1, 5)));
    if (two && dice_.chance(1, 2)) ends = {segment(add_merge(ends), 0, dice_.between(0, 2))};
    for (const int end : ends) add_sink(end);
    draw_deeds();
    if (!is_regression(shape_.seed)) {
      draw_crashes();
      draw_teams();
      draw_waits(shape_);
      draw_chunks(shape_);
    }
    return std::move(shape_);
  }

 private:
  node& add(node_type type, const char* prefix, std::vector<int> inputs) {
    node& made = shape_.nodes.emplace_back();
    made.type = type;
    made.number = static_cast<int>(shape_.nodes.size()) - 1;
    made.name = prefix + std::to_string(made.number);
    made.salt = dice_.next();
    made.inputs = std::move(inputs);
    made.depth = depth_;
    return made;
  }

  int add_source() {
    node& made = add(node_type::source, "source", {});
    made.source = static_cast<source_form>(dice_.below(4));
    made.items = dice_.chance(1, 12) ? dice_.below(3) : dice_.between(3, 50);
    if (dice_.chance(1, 3)) made.slowness = slowness();
    if (dice_.chance(1, 4)) made.options.pool = pool_kind::blocking;
    if (dice_.chance(1, 3)) made.options.in_flight = dice_.between(1, 6);
    const bool calls = made.source == source_form::calls || made.source == source_form::acknowledges;
    if (fatal_ && calls && dice_.chance(1, 6)) made.breaks_at = dice_.between(1, made.items + 1);
    if (fatal_ && calls && dice_.chance(1, 16)) made.broken = dice_.chance(1, 2) ? hook::start : hook::stop;
    return made.number;
  }

  /// A few elements one after the other; returns the number of the last node.
  int segment(int from, int nesting, std::uint32_t elements) {
    for (std::uint32_t i = 0; i < elements; ++i) {
      const auto kind = dice_.below(20);
      if (kind < 9) {
        from = add_stage(from);
      } else if (kind < 14) {
        from = add_view(from);
      } else if (kind < 16 && nesting < 2) {
        const int left = segment(from, nesting + 1, dice_.below(3));
        const int right = segment(from, nesting + 1, dice_.below(3));
        from = add_merge({left, right});
      } else if (kind < 19 && nesting < 2 && shape_.nodes.size() < 16) {
        const int scatter = add_scatter(from);
        ++depth_;
        const int last = segment(scatter, nesting + 1, dice_.below(4));
        --depth_;
        from = add_gather(last, scatter);
      } else {
        add_sink(from);
      }
    }
    return from;
  }

  int add_merge(std::vector<int> inputs) { return add(node_type::merge, "merge", std::move(inputs)).number; }

  int add_stage(int from) {
    node& made = add(node_type::stage, "stage", {from});
    made.form = static_cast<body_form>(dice_.below(8));
    made.most_outputs = dice_.between(0, 4);
    if (made.form == body_form::maybe) made.drops = dice_.below(160);
    make_pool(made);
    make_trouble(made);
    if (made.form == body_form::number || made.form == body_form::plain) {
      made.broken = hook::none;  // these have no hooks and no context
      made.stops = 0;
    } else if (made.depth == 0) {
      made.emits_at_end = dice_.chance(1, 5);
    }
    made.keyed = dice_.chance(1, 5);
    // Drawn from the salt, so that seeds that once failed still mean the same graphs.
    if (made.form == body_form::one && made.salt % 2 == 0) made.form = body_form::sole;
    return made.number;
  }

  void add_sink(int from) {
    node& made = add(node_type::sink, "sink", {from});
    make_pool(made);
    make_trouble(made);
    made.keyed = dice_.chance(1, 6);
  }

  int add_scatter(int from) {
    node& made = add(node_type::scatter, "scatter", {from});
    made.form = dice_.chance(1, 2) ? body_form::many : body_form::lazy;
    made.most_outputs = dice_.between(0, 6);
    make_pool(made);
    make_trouble(made);
    if (dice_.chance(1, 2)) made.options.max_open = dice_.between(1, 4);
    return made.number;
  }

  int add_gather(int from, int scatter) {
    node& made = add(node_type::gather, "gather", {from});
    made.scatter = scatter;
    make_pool(made);
    make_trouble(made);
    const bool survives = fatal_ || made.depth > 0 || made.options.policy.uses(error_action::skip);
    if (survives && made.salt % 8 == 0)
      made.options.max_held = 1 + static_cast<std::int64_t>(made.salt / 8 % 5);
    return made.number;
  }

  int add_view(int from) {
    node& made = add(node_type::view, "view", {from});
    made.view = static_cast<view_form>(dice_.below(7));
    made.drops = dice_.below(160);
    made.most_outputs = dice_.between(0, 3);
    if (!troubled_ || !dice_.chance(1, 3)) return made.number;
    made.faults = dice_.between(4, 40);
    made.odd = dice_.chance(1, 6);
    const auto kind = dice_.below(3);
    if (kind == 0) set_policy(made, {rule(error_action::skip)});
    if (kind == 1) set_policy(made, {rule(error_action::dead_letter)});
    if (kind == 2 && made.depth == 0 && !fatal_) made.faults = 0;
    return made.number;
  }

  std::uint32_t slowness() {
    static constexpr std::uint32_t choices[] = {300, 5'000, 100'000, 2'000'000};
    return choices[dice_.below(4)];
  }

  void make_pool(node& made) {
    penstock::node_options& o = made.options;
    static constexpr pool_kind pools[] = {pool_kind::cooperative, pool_kind::blocking, pool_kind::per_core};
    if (dice_.chance(1, 2)) {
      o.pool = pools[dice_.below(3)];
      o.workers = dice_.between(1, 5);
    }
    if (dice_.chance(1, 3)) o.ordered = dice_.chance(2, 3);
    if (dice_.chance(1, 2)) o.capacity = dice_.chance(1, 2) ? dice_.between(1, 4) : dice_.between(5, 64);
    if (shape_.heavy && dice_.chance(1, 2)) o.bytes = dice_.between(1, 4000);
    if (dice_.chance(1, 2)) made.slowness = slowness();
  }

  static error_rule rule(error_action action) {
    error_rule made;
    made.action = action;
    return made;
  }
  static void set_policy(node& made, std::vector<error_rule> rules) {
    made.rules = rules;
    made.options.policy = penstock::error_policy{std::move(rules)};
    if (made.options.policy.tries_again()) made.options.max_output = 256;  // more than any item has
  }

  void make_trouble(node& made) {
    if (!troubled_) return;
    if (fatal_ && dice_.chance(1, 24)) made.broken = static_cast<hook>(dice_.between(1, 4));
    if (made.broken == hook::construct) made.form = body_form::made;
    if (made.broken == hook::construct && made.type != node_type::stage) made.broken = hook::start;
    if (fatal_ && dice_.chance(1, 12)) made.stops = dice_.between(1, 12);
    if (!dice_.chance(1, 2)) return;
    made.faults = dice_.between(2, 50);
    made.odd = dice_.chance(1, 8);
    made.faults_midway = dice_.chance(1, 2);
    static constexpr std::uint32_t lastings[] = {1, 2, always};
    made.lasting = lastings[dice_.below(3)];
    if (made.form == body_form::plain || made.form == body_form::number) made.lasting = always;
    std::vector<error_rule> rules;
    std::uint32_t tries = 0;
    if (dice_.chance(2, 3)) {
      error_rule again = rule(error_action::retry);
      tries = again.retries = dice_.between(1, 3);
      again.backoff = std::chrono::nanoseconds{dice_.chance(1, 3) ? 0 : dice_.below(3'000'000)};
      rules.push_back(again);
    }
    const auto last = dice_.below(4);
    if (last == 0) rules.push_back(rule(error_action::skip));
    if (last == 1)
      rules.push_back(rule(made.type == node_type::gather ? error_action::skip : error_action::dead_letter));
    if (last == 2 && fatal_) rules.push_back(rule(error_action::fail));
    const bool ends_the_run = last >= 2 && made.lasting > tries && made.depth == 0;
    if (ends_the_run && !fatal_) rules.push_back(rule(error_action::skip));
    set_policy(made, std::move(rules));
  }

  /// Workers that hang or crash. Drawn last and apart, so that seeds that once failed mean the same graphs.
  void draw_crashes() {
    dice apart{mix(shape_.seed, 0xc4a5)};
    for (node& n : shape_.nodes) {
      if (n.faults == 0 || n.type == node_type::source || n.type == node_type::view) continue;
      // How many workers come to their end, and emit, must be known; and outputs of a call that hangs are
      // lost.
      if (n.emits_at_end || (n.form == body_form::lazy && n.faults_midway)) continue;
      n.options.restarts = 1'000'000;
      n.options.restart_backoff = std::chrono::nanoseconds{apart.below(2'000'000)};
      if (apart.chance(1, 3)) n.restart_instead_of_retry();
      if (n.odd || !apart.chance(1, 3)) continue;
      n.hangs = true;
      n.options.pool = apart.chance(1, 2) ? pool_kind::blocking : pool_kind::per_core;
      if (!n.options.workers) n.options.workers = 1;
      // More than the longest call that comes to its end; a lazy one takes a quarter of that for each output.
      const std::int64_t parts = 4 + (n.form == body_form::lazy ? n.most_outputs : 0);
      n.options.timeout = 1'000'000 + 15 * parts * std::int64_t{n.slowness};
    }
  }

  /// Each stage is in one of two groups, or in none; in any order.
  void draw_teams() {
    dice apart{mix(shape_.seed, 0x7ea3)};
    if (apart.chance(1, 2)) return;
    std::vector<stage_team> teams(2);
    for (const node& n : shape_.nodes) {
      if (n.type == node_type::source || n.type == node_type::merge || n.type == node_type::view) continue;
      const auto which = apart.below(3);
      if (which == 2) continue;
      auto& stages = teams[which].stages;
      stages.insert(apart.chance(1, 2) ? stages.begin() : stages.end(), n.name);
    }
    for (stage_team& each : teams) {
      if (apart.chance(1, 2)) each.strategy = penstock::group_strategy::rest_for_one;
      if (each.stages.size() >= 2) shape_.teams.push_back(std::move(each));
    }
  }

  void draw_deeds() {
    const auto stage_name = [&]() -> std::string {
      std::vector<std::string> names;
      for (const node& n : shape_.nodes) {
        const bool pool =
            n.type != node_type::source && n.type != node_type::merge && n.type != node_type::view;
        // How many workers come to their end, and emit, must be known.
        if (pool && !n.emits_at_end) names.push_back(n.name);
      }
      return names[dice_.below(static_cast<std::uint32_t>(names.size()))];
    };
    using what = deed::what;
    const auto when = [&] { return std::uint64_t{dice_.below(dice_.chance(1, 2) ? 60 : 600)}; };
    if (dice_.chance(1, 4)) {
      for (auto i = dice_.between(1, 3); i > 0; --i)
        shape_.deeds.push_back({what::set_workers, when(), stage_name(), dice_.between(1, 5)});
    }
    if (dice_.chance(1, 4)) {
      for (auto i = dice_.between(1, 3); i > 0; --i)
        shape_.deeds.push_back({what::set_capacity, when(), stage_name(), dice_.between(1, 40)});
    }
    if (dice_.chance(1, 8)) shape_.deeds.push_back({what::drain, when(), {}, 0});
    if (dice_.chance(1, 20))
      shape_.deeds.push_back({what::drain_by, when(), {}, dice_.between(1, 4'000'000)});
    if (dice_.chance(1, 12)) shape_.deeds.push_back({what::abort, when(), {}, 0});
    if (dice_.chance(1, 8)) shape_.deeds.push_back({what::look, when(), stage_name(), 0});
    std::stable_sort(shape_.deeds.begin(), shape_.deeds.end(),
                     [](const deed& a, const deed& b) { return a.at < b.at; });
  }

  dice dice_;
  shape shape_;
  int depth_ = 0;
  bool troubled_ = false;  ///< bodies throw
  bool fatal_ = false;     ///< and may end the run
};

}  // namespace

shape draw_shape(std::uint64_t seed) { return artist{seed}.draw(); }

}  // namespace penstock_simulation
