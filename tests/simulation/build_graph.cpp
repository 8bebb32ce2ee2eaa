#include "build_graph.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include <penstock/messages/codec.hpp>

#include "bodies.hpp"
#include "sources.hpp"

namespace penstock_simulation {

namespace ps = penstock;

namespace {

/// What was drawn for a node. Where an item has one result, a limit on their number would be refused.
ps::node_options options_of(const node& n) {
  ps::node_options options = n.options;
  const bool makes_many = n.form == body_form::many || n.form == body_form::lazy;
  if (n.type != node_type::scatter && !(n.type == node_type::stage && makes_many)) options.max_output.reset();
  return options;
}

/// All that was drawn for a node, as one option.
struct drawn {
  static constexpr unsigned places = ~0U;
  static constexpr bool writes_dead_letters = true;
  const node* of;
  void apply(ps::node_options& to) const {
    to = options_of(*of);
    to.loses_held_items = true;  // what `on_end` emits came of no job
  }
};

/// The same for nodes that write no dead letters: sources, and gathers, whose groups can't be written down.
struct drawn_without_letters {
  static constexpr unsigned places = ~0U;
  const node* of;
  void apply(ps::node_options& to) const {
    to = options_of(*of);
    to.loses_held_items = true;
  }
};

class builder {
 public:
  explicit builder(stage_set& set) : set_{set}, graph_{"simulated"} {}

  ps::graph build() {
    for (const node& each : set_.plan->nodes) {
      outputs_.push_back(add(each));
      if (each.chunks.size > 0) outputs_.back() = add_chunks(each, *outputs_.back());
    }
    int number = 0;
    for (const stage_team& each : set_.plan->teams) {
      const std::string name = "team " + std::to_string(++number);
      if (each.strategy == ps::group_strategy::one_for_all) {
        graph_.one_for_all(name, each.stages);
      } else {
        graph_.rest_for_one(name, each.stages);
      }
    }
    return graph_;
  }

 private:
  using stream = ps::stream<item>;

  labour hands(const node& n) const { return {&n, &set_}; }
  const stream& input(const node& n, std::size_t which = 0) const {
    return *outputs_[static_cast<std::size_t>(n.inputs[which])];
  }

  std::optional<stream> add(const node& n) {
    switch (n.type) {
      case node_type::source:
        return add_source(n);
      case node_type::stage:
        return add_stage(n);
      case node_type::sink:
        if (n.keyed) {
          input(n).by_key(key_of).sink(n.name, sink_body{hands(n)}, drawn{&n});
        } else {
          input(n).sink(n.name, sink_body{hands(n)}, drawn{&n});
        }
        return std::nullopt;
      case node_type::scatter:
        if (n.form == body_form::lazy) return input(n).scatter(n.name, lazy_body{hands(n)}, drawn{&n});
        return input(n).scatter(n.name, many_body{hands(n)}, drawn{&n});
      case node_type::gather:
        return input(n).gather(n.name, gather_body{hands(n)}, drawn_without_letters{&n});
      case node_type::merge:
        return n.inputs.size() == 1 ? input(n) : ps::merge(input(n, 0), input(n, 1));
      case node_type::view:
        return add_view(n);
    }
    return std::nullopt;
  }

  /// Looks at the chunks, and takes them apart again.
  stream add_chunks(const node& n, const stream& from) {
    const auto when_made = [work = hands(n)](const item& in) {
      work.set->log->entered(*work.of, in.value, work.set->env->now());
    };
    const auto look = [work = hands(n)](const std::vector<item>& chunk) {
      for (const item& each : chunk) work.look_at(each);
      if (!work.set->plan->resizes(work.of->chunk_name()))
        work.set->log->chunked(*work.of, chunk, work.set->env->now());
    };
    const auto call = [&](const auto& items) {
      const auto held = ps::max_held(n.chunks.max_held > 0 ? n.chunks.max_held : 65536);
      const std::chrono::nanoseconds delay{n.chunks.delay};
      return stream{(n.chunks.delay > 0 ? items.chunk(n.chunk_name(), n.chunks.size, delay, held)
                                        : items.chunk(n.chunk_name(), n.chunks.size, held))
                        .tap(n.name + ".look", look)
                        .flatten()};
    };
    const auto watched = from.tap(n.name + ".made", when_made);
    return n.chunks.keyed ? call(watched.by_key(key_of)) : call(watched);
  }

  stream add_source(const node& n) {
    const drawn_without_letters options{&n};
    switch (n.source) {
      case source_form::calls:
        return graph_.source(n.name, calling_source{hands(n)}, options);
      case source_form::acknowledges:
        if (n.awaits_verdicts) return graph_.source(n.name, waiting_source{hands(n)}, options);
        if (n.salt % 2 == 0) return graph_.source(n.name, grouping_source{hands(n)}, options);
        return graph_.source(n.name, acknowledging_source{hands(n)}, options);
      case source_form::generates:
        return graph_.source(n.name, generating_source{hands(n)}, options);
      case source_form::range:
        break;
    }
    std::vector<item> all;
    for (std::uint32_t i = 0; i < n.items; ++i) all.push_back(hands(n).make(source_value(n, i)));
    return graph_.source(n.name, std::move(all), options);
  }

  static std::uint64_t key_of(const item& i) { return i.value % keys; }

  template <class Body>
  stream attach(const node& n, Body body) {
    if (n.keyed) return input(n).by_key(key_of).stage(n.name, std::move(body), drawn{&n});
    return input(n).stage(n.name, std::move(body), drawn{&n});
  }

  stream add_stage(const node& n) {
    switch (n.form) {
      case body_form::one:
        return attach(n, one_body{hands(n)});
      case body_form::taking:
        return attach(n, taking_body{hands(n)});
      case body_form::plain:
        return attach(n, plain_body{hands(n)});
      case body_form::maybe:
        return attach(n, maybe_body{hands(n)});
      case body_form::many:
        return attach(n, many_body{hands(n)});
      case body_form::lazy:
        return attach(n, lazy_body{hands(n)});
      case body_form::made:
        return attach(n, ps::each_worker([work = hands(n)] {
                        work.break_in(hook::construct);
                        return one_body{work};
                      }));
      case body_form::sole:
        return add_sole_stage(n);
      case body_form::number:
        break;
    }
    const auto numbers = input(n).map(n.name + ".in", [](const item& i) { return i.value; });
    const auto back = [work = hands(n)](std::uint64_t value) { return work.make(value); };
    if (n.keyed) {
      const auto key = [](std::uint64_t value) { return value % keys; };
      return numbers.by_key(key).stage(n.name, number_body{hands(n)}, drawn{&n}).map(n.name + ".out", back);
    }
    return numbers.stage(n.name, number_body{hands(n)}, drawn{&n}).map(n.name + ".out", back);
  }

  stream add_sole_stage(const node& n) {
    const auto alone = [](item i) { return sole_item{std::make_unique<item>(std::move(i))}; };
    const auto back = [](sole_item i) { return std::move(*i.held); };
    const auto soles = input(n).map(n.name + ".in", alone);
    if (n.keyed) {
      const auto key = [](const sole_item& i) { return key_of(*i.held); };
      return soles.by_key(key).stage(n.name, sole_body{hands(n)}, drawn{&n}).map(n.name + ".out", back);
    }
    return soles.stage(n.name, sole_body{hands(n)}, drawn{&n}).map(n.name + ".out", back);
  }

  stream add_view(const node& n) {
    const labour work = hands(n);
    const drawn options{&n};
    const auto check = [work](const item& in) {
      work.look_at(in);
      if (faults(*work.of, in.value)) work.raise(in.value);
    };
    const auto check_second = [work](const item& in) {
      work.look_at(in);
      if (second_faults(*work.of, in.value)) work.raise(in.value);
    };
    const auto map = [=](item in) {
      check(in);
      return work.first_output(in.value);
    };
    const auto filter = [=](const item& in) {
      check(in);
      return !drops(*work.of, in.value);
    };
    const auto flat_map = [=](const item& in) {
      check(in);
      std::vector<item> all;
      for (std::uint32_t i = 0; i < output_count(*work.of, in.value); ++i) {
        all.push_back(work.make(output_value(*work.of, in.value, i)));
      }
      return all;
    };
    const auto second_map = [=](const item& in) {
      check_second(in);
      return work.first_output(in.value);
    };
    const auto second_filter = [=](const item& in) {
      check_second(in);
      return !drops(*work.of, in.value);
    };
    const std::string second = n.name + ".second";
    const std::string third = n.name + ".third";
    const stream& from = input(n);
    switch (n.view) {
      case view_form::map:
        return from.map(n.name, map, options);
      case view_form::filter:
        return from.filter(n.name, filter, options);
      case view_form::flat_map:
        return from.flat_map(n.name, flat_map, options);
      case view_form::tap:
        return from.tap(n.name, check, options);
      case view_form::map_filter:
        return from.map(n.name, map, options).filter(second, second_filter, options);
      case view_form::flat_map_map:
        return from.flat_map(n.name, flat_map, options).map(second, second_map, options);
      case view_form::flat_map_filter_map:
        break;
    }
    return from.flat_map(n.name, flat_map, options)
        .filter(
            second, [work](const item& in) { return !drops(*work.of, in.value); }, options)
        .map(third, second_map, options);
  }

  stage_set& set_;
  ps::graph graph_;
  std::vector<std::optional<stream>> outputs_;
};

}  // namespace

ps::graph build_graph(stage_set& set) { return builder{set}.build(); }

}  // namespace penstock_simulation
