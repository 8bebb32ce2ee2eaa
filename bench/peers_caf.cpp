#include <caf/all.hpp>

#include "harness.hpp"
#include "peers.hpp"

namespace bench::peers {

namespace {

using go_atom = caf::atom_constant<caf::atom("go")>;

caf::behavior number_source(caf::event_based_actor* self) {
  return {[self](go_atom, std::uint64_t items) {
    return caf::attach_stream_source(
        self, [](std::uint64_t& next) { next = 0; },
        [items](std::uint64_t& next, caf::downstream<std::uint64_t>& out, std::size_t wanted) {
          for (std::size_t i = 0; i < wanted && next < items; ++i) out.push(next++);
        },
        [items](const std::uint64_t& next) { return next == items; });
  }};
}

caf::behavior add_one(caf::event_based_actor* self) {
  return {[self](caf::stream<std::uint64_t> in) {
    return caf::attach_stream_stage(
        self, in, [](caf::unit_t&) {},
        [](caf::unit_t&, caf::downstream<std::uint64_t>& out, std::uint64_t value) { out.push(value + 1); },
        [](caf::unit_t&, const caf::error&) {});
  }};
}

caf::behavior sum_sink(caf::event_based_actor* self, std::uint64_t* total) {
  return {[self, total](caf::stream<std::uint64_t> in) {
    return caf::attach_stream_sink(
        self, in, [](caf::unit_t&) {}, [total](caf::unit_t&, std::uint64_t value) { *total += value; },
        [](caf::unit_t&, const caf::error&) {});
  }};
}

using stamp_atom = caf::atom_constant<caf::atom("stamp")>;

/// Passes the message on to the next of the ring.
caf::behavior relay(caf::event_based_actor* self, const caf::actor& next) {
  return {[self, next](stamp_atom stamp, std::int64_t value) { self->send(next, stamp, value); }};
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(steady::now().time_since_epoch()).count();
}

struct keeper_state {
  caf::actor first;
};

/// Starts the rounds and takes their time.
caf::behavior timekeeper(caf::stateful_actor<keeper_state>* self, std::uint32_t rounds,
                         std::vector<double>* times) {
  return {[self](go_atom, const caf::actor& first) {
            self->state.first = first;
            self->send(first, stamp_atom::value, now_ns());
          },
          [self, rounds, times](stamp_atom stamp, std::int64_t sent) {
            times->push_back(static_cast<double>(now_ns() - sent) / 1000.0);
            if (times->size() < rounds) {
              self->send(self->state.first, stamp, now_ns());
            } else {
              self->state.first = nullptr;  // the last hold on the ring: its actors end
              self->quit();
            }
          }};
}

}  // namespace

double caf_stream(std::uint64_t items) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::uint64_t total = 0;
  const auto start = steady::now();
  {
    const caf::actor source = system.spawn(number_source);
    const caf::actor first = system.spawn(add_one);
    const caf::actor second = system.spawn(add_one);
    const caf::actor third = system.spawn(add_one);
    const caf::actor sink = system.spawn(sum_sink, &total);
    const caf::actor chain = sink * third * second * first * source;
    caf::anon_send(chain, go_atom::value, items);
  }
  system.await_all_actors_done();
  const double seconds = seconds_since(start);
  require(total == items * (items - 1) / 2 + 3 * items, "CAF's streams lost items");
  return seconds * 1e9 / static_cast<double>(items);
}

double caf_relay(std::uint32_t rounds) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<double> times;
  times.reserve(rounds);
  {
    const caf::actor keeper = system.spawn(timekeeper, rounds, &times);
    const caf::actor third = system.spawn(relay, keeper);
    const caf::actor second = system.spawn(relay, third);
    const caf::actor first = system.spawn(relay, second);
    caf::anon_send(keeper, go_atom::value, first);
  }
  system.await_all_actors_done();
  require(times.size() == rounds, "the relay lost messages");
  return median(std::move(times));
}

}  // namespace bench::peers
