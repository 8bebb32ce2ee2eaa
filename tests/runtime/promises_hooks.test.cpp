// What the guide promises of hooks, over forms of bodies, pools and ways to end: `on_start` before the first
// item, `on_end` after the last where the stream has come to its end, `on_stop` once in any case.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <penstock_test/catch.hpp>

#include "hooked_bodies.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

enum class form { one, maybe, many, lazy, sink, gather, scatter, keyed };
constexpr int forms = 8;

struct pool {
  const char* kind;
  int workers;
};
constexpr pool pools[] = {
    {"cooperative", 1}, {"cooperative", 3}, {"blocking", 1}, {"blocking", 3}, {"per_core", 2}};

template <class Body>
Body made(const scene& at) {
  Body body;
  body.at = at;
  return body;
}

/// The end of the graph, which wants no more or fails where the scene says so.
auto end_of(const scene& at) {
  return [at](ps::worker_context& context, int) {
    if (at.items->count() < 20) return;
    if (at.how == way::cancelled) context.stop();
    if (at.how == way::other_fails) throw broken_item{"elsewhere"};
  };
}

void build(ps::graph& g, form body, const scene& at) {
  const auto source = g.source("numbers", [at, n = 0]() mutable -> std::optional<int> {
    if (is_finite(at.how) && n == 60) return std::nullopt;
    return n++;
  });
  // An aborted run waits for bodies for as long: on a machine that is busy, too.
  const auto options = ps::shutdown(20s);
  const auto again = ps::on_error(ps::restart_worker(3).when<broken_item>());
  const auto work = [&](auto instance) {
    return at.how == way::replaced ? source.stage("work", instance, options, again, ps::restarts(1000))
                                   : source.stage("work", instance, options);
  };
  const auto many = [&](auto instance) {
    return at.how == way::replaced
               ? source.stage("work", instance, options, again, ps::restarts(1000), ps::max_output(2))
               : source.stage("work", instance, options);
  };
  switch (body) {
    case form::one:
      work(made<one_body>(at)).sink("end", end_of(at));
      return;
    case form::maybe:
      work(made<maybe_body>(at)).sink("end", end_of(at));
      return;
    case form::many:
      many(made<many_body>(at)).sink("end", end_of(at));
      return;
    case form::lazy:
      many(made<lazy_body>(at)).sink("end", end_of(at));
      return;
    case form::sink:
      if (at.how == way::other_fails) source.sink("end", end_of(at));
      if (at.how == way::replaced) {
        source.sink("work", made<sink_body>(at), options, again, ps::restarts(1000));
      } else {
        source.sink("work", made<sink_body>(at), options);
      }
      return;
    case form::gather: {
      const auto pieces = source.scatter("cut", [](int n) { return std::vector<int>{n}; });
      (at.how == way::replaced
           ? pieces.gather("work", made<gather_body>(at), options, again, ps::restarts(1000))
           : pieces.gather("work", made<gather_body>(at), options))
          .sink("end", end_of(at));
      return;
    }
    case form::scatter:
      (at.how == way::replaced ? source.scatter("work", made<many_body>(at), options, again,
                                                ps::restarts(1000), ps::max_output(2))
                               : source.scatter("work", made<many_body>(at), options))
          .gather("together",
                  [](const std::vector<ps::outcome<int>>& all) { return static_cast<int>(all.size()); })
          .sink("end", end_of(at));
      return;
    case form::keyed: {
      const auto keyed = source.by_key([](int n) { return n % 5; });
      (at.how == way::replaced ? keyed.stage("work", made<one_body>(at), options, again, ps::restarts(1000))
                               : keyed.stage("work", made<one_body>(at), options))
          .sink("end", end_of(at));
      return;
    }
  }
}

/// What the run threw; empty if nothing.
std::string run_through(ps::graph& g, const scene& at, const pool& with) {
  ps::runtime_options options;
  options.log_level = "quiet";
  options.overrides.set("work", "pool", with.kind);
  options.overrides.set("work", "workers", std::to_string(with.workers));
  ps::runtime rt{options};
  std::optional<ps::run> running{rt.start(g)};
  if (at.how == way::drained || at.how == way::deadline || at.how == way::aborted ||
      at.how == way::out_of_scope) {
    require_arrivals(*at.items, 20);
    if (at.how == way::drained) running->drain();
    if (at.how == way::deadline) running->drain(1ns);
    if (at.how == way::aborted) running->abort("by a test");
  }
  if (at.how == way::out_of_scope) {
    running.reset();
    return {};
  }
  try {
    running->wait();
  } catch (const broken_item& error) {
    return error.what();
  } catch (const ps::aborted_error&) {
    return "aborted";
  }
  return {};
}

std::string expected_error(way how) {
  switch (how) {
    case way::body_fails:
      return "body";
    case way::other_fails:
      return "elsewhere";
    case way::aborted:
    case way::deadline:
      return "aborted";
    case way::start_throws:
      return "start";
    case way::end_throws:
    case way::both_throw:
      return "end";
    case way::stop_throws:
      return "stop";
    default:
      return {};
  }
}

void check_life(const std::vector<call>& life, way how) {
  const auto count = [&](call what) { return std::count(life.begin(), life.end(), what); };
  CHECK(life.front() == call::start);
  CHECK(count(call::start) == 1);
  CHECK(count(call::stop) == 1);
  CHECK(life.back() == call::stop);
  CHECK(count(call::end) <= 1);
  if (count(call::end) == 1) CHECK(life[life.size() - 2] == call::end);
  const bool whole = how == way::end_of_stream || how == way::drained || how == way::own_stop;
  if (whole) CHECK(count(call::end) == 1);
  const bool cut_off =
      how == way::cancelled || how == way::body_fails || how == way::other_fails || how == way::start_throws;
  if (cut_off) CHECK(count(call::end) == 0);
}

}  // namespace

TEST_CASE("hooks run once for each instance and in order, whatever the body, its pool, and the end",
          "[engine][hooks][property]") {
  for (int how = 0; how < ways; ++how) {
    for (int body = 0; body < forms; ++body) {
      for (const pool& with : pools) {
        scene at;
        at.how = static_cast<way>(how);
        // A sink has no consumers, and a gather's failed body is a failed piece's outcome of none.
        if (static_cast<form>(body) == form::sink && at.how == way::cancelled) continue;
        // Its failure is an outcome for the gather.
        if (static_cast<form>(body) == form::scatter && at.how == way::body_fails) continue;
        INFO("way " << how << ", body " << body << ", pool " << with.kind << " of " << with.workers);
        ps::graph g{"hooks"};
        build(g, static_cast<form>(body), at);
        const std::string thrown = run_through(g, at, with);
        if (at.how != way::stop_throws || !thrown.empty()) CHECK(thrown == expected_error(at.how));
        CHECK(at.seen->strays() == 0);
        const auto seen = at.seen->all();
        REQUIRE(!seen.empty());
        int ends = 0;
        for (const auto& life : seen) {
          check_life(life, at.how);
          ends += static_cast<int>(std::count(life.begin(), life.end(), call::end));
        }
        if (at.how == way::end_throws || at.how == way::both_throw) CHECK(ends > 0);
      }
    }
  }
}
