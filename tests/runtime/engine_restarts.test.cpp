// Bodies after whose failure the worker is of no more use: it is replaced, and the item tried again.

#include <algorithm>
#include <atomic>
#include <memory>

#include <penstock_test/catch.hpp>

#include "job_queue.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// What the instances of a body went through. Any thread.
struct history {
  std::atomic<int> started{0};
  std::atomic<int> stopped{0};
  std::atomic<int> used_when_broken{0};
  std::atomic<unsigned> highest_place{0};
};

/// Breaks for good at every number divisible by ten, at the first attempt.
class fragile {
 public:
  explicit fragile(history& of) : of_{&of} {}

  void on_start() { ++of_->started; }
  void on_stop() { ++of_->stopped; }
  int operator()(ps::worker_context& context, const int& n) {
    if (broken_) ++of_->used_when_broken;
    if (context.worker() > of_->highest_place) of_->highest_place = context.worker();
    if (n % 10 == 0 && context.attempt() == 1) {
      broken_ = true;
      throw broken_item{"broken for good"};
    }
    return n;
  }

 private:
  history* of_;
  bool broken_ = false;
};

constexpr auto once_more = [] { return ps::on_error(ps::restart_worker(1)); };

template <class... Options>
std::vector<int> outputs_of(history& of, int count, Options... options) {
  ps::graph g{"fragile"};
  collected<int> seen;
  g.source("numbers", numbers(count))
      .stage("handle", fragile{of}, once_more(), ps::restarts(1000), options...)
      .sink("end", [&](int n) { seen.push(n); });
  const auto last = run_to_end(g);
  const auto handle = stage_of(last, "handle");
  // A worker that crashes when nothing else is left to do need not be replaced.
  CHECK(handle.restarts <= static_cast<std::uint64_t>((count + 9) / 10));
  CHECK(handle.restarts > 0);
  CHECK(handle.lost_threads == 0);
  return seen.values();
}

}  // namespace

TEST_CASE("a broken instance is never used again, in any kind of pool", "[engine][restarts]") {
  const auto check = [](auto... options) {
    history of;
    auto seen = outputs_of(of, 50, options...);
    std::sort(seen.begin(), seen.end());
    CHECK(seen == numbers(50));
    CHECK(of.used_when_broken == 0);
    CHECK(of.started == of.stopped);
    return of.started.load();
  };
  CHECK(check() == 6);
  CHECK(check(ps::blocking) == 6);
  check(ps::workers(3));
  check(ps::blocking, ps::workers(4));
  check(ps::per_core, ps::workers(2));
}

TEST_CASE("results keep their order when workers are replaced", "[engine][restarts]") {
  for (int i = 0; i < 5; ++i) {
    history of;
    CHECK(outputs_of(of, 200, ps::ordered, ps::workers(4), ps::blocking) == numbers(200));
    CHECK(outputs_of(of, 200, ps::ordered, ps::workers(4)) == numbers(200));
  }
}

TEST_CASE("a replacement takes the place of the one it replaces", "[engine][restarts]") {
  history of;
  outputs_of(of, 200, ps::workers(4), ps::blocking);
  CHECK(of.highest_place < 4);
}

TEST_CASE("keys stay where they are when workers are replaced", "[engine][restarts]") {
  history of;
  ps::graph g{"keys"};
  collected<int> seen;
  g.source("numbers", numbers(200))
      .by_key([](int n) { return n % 4; })
      .stage("handle", fragile{of}, once_more(), ps::restarts(1000), ps::workers(3), ps::blocking)
      .sink("end", [&](int n) { seen.push(n); });
  run_to_end(g);
  CHECK(seen.sorted() == numbers(200));
  std::vector<int> last(4, -1);
  for (const int n : seen.values()) {
    CHECK(n > last[static_cast<std::size_t>(n % 4)]);
    last[static_cast<std::size_t>(n % 4)] = n;
  }
}

TEST_CASE("a replacement that can't be made is made again", "[engine][restarts]") {
  for (const bool pool : {false, true}) {
    ps::graph g{"factory"};
    collected<int> seen;
    std::atomic<int> made{0};
    auto body = ps::each_worker([&made] {
      const int number = ++made;
      if (number == 2 || number == 3) throw broken_item{"no instance"};
      return [number](int n) { return n == 1 && number == 1 ? throw broken_item{"worn out"} : n; };
    });
    auto from = g.source("numbers", numbers(3));
    const auto policy = ps::on_error(ps::restart_worker(1));
    const auto quick = ps::restarts(10, 1h, 1ms);
    (pool ? from.stage("handle", body, policy, quick, ps::blocking)
          : from.stage("handle", body, policy, quick))
        .sink("end", [&](int n) { seen.push(n); });
    const auto last = run_to_end(g);
    CHECK(seen.sorted() == numbers(3));
    CHECK(made == 4);
    CHECK(stage_of(last, "handle").restarts == 3);
  }
}

TEST_CASE("a worker that can't be made at first fails the run at once", "[engine][restarts]") {
  ps::graph g{"factory"};
  std::atomic<int> made{0};
  g.source("numbers", numbers(3)).sink("handle", ps::each_worker([&made]() {
                                         if (++made > 0) throw broken_item{"no instance"};
                                         return [](int) {};
                                       }));
  CHECK_THROWS_AS(run_to_end(g), broken_item);
  CHECK(made == 1);
}

TEST_CASE("a stage whose workers crash again and again fails the run, which says why", "[engine][restarts]") {
  for (const bool pool : {false, true}) {
    job_graph f;
    const auto body = [](int n) -> int { throw broken_item{"at " + std::to_string(n)}; };
    const auto policy = ps::on_error(ps::restart_worker(1000));
    const auto few = ps::restarts(3, 1h, 1ms);
    auto from = f.jobs(1);
    (pool ? from.stage("handle", body, policy, few, ps::blocking) : from.stage("handle", body, policy, few))
        .sink("end", [](int) {});
    const auto text = text_of<ps::restarts_error>([&] { run_to_end(f.g); });
    CHECK(mentions(text, "graph 'jobs', stage 'handle'"));
    CHECK(mentions(text, "more than 3 times within 3600000 ms"));
    CHECK(mentions(text, "broken_item: at 0"));
    CHECK(f.told->nacked.values() == numbers(1));
  }
}

TEST_CASE("a worker that throws when it is told to stop after a crash adds nothing", "[engine][restarts]") {
  struct stubborn {
    int crashes = 0;
    int operator()(ps::worker_context& context, const int& n) {
      if (n == 0 && context.attempt() == 1) {
        crashes = 1;
        throw broken_item{"broken"};
      }
      return n;
    }
    void on_stop() const {
      if (crashes > 0) throw broken_item{"and again"};
    }
  };
  const auto check = [](auto... options) {
    ps::graph g{"stubborn"};
    collected<int> seen;
    g.source("numbers", numbers(3))
        .stage("handle", stubborn{}, once_more(), options...)
        .sink("end", [&](int n) { seen.push(n); });
    run_to_end(g);
    CHECK(seen.sorted() == numbers(3));
  };
  check();
  check(ps::blocking);
}

TEST_CASE("restarts out of range are refused", "[engine][restarts]") {
  const auto refused = [](const auto& option) {
    ps::graph g{"few"};
    g.source("numbers", numbers(1))
        .sink(
            "end", [](int) {}, option);
    return text_of<ps::graph_error>([&] { run_to_end(g); });
  };
  CHECK(mentions(refused(ps::restarts(-1)), "sink 'end': restarts(-1): expected a whole number from 0"));
  CHECK(mentions(refused(ps::restarts(3, 0s)), "sink 'end': restarts(3, 0s"));
}
