// What is thrown away, and whether it counts as lost: a job of which something was lost is refused, and never
// acknowledged.

#include <penstock_test/catch.hpp>

#include "job_queue.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

/// A piece that can't be copied if its number says so.
struct brittle {
  int job = 0;
  bool breaks = false;

  brittle(int of, bool copy_throws) : job{of}, breaks{copy_throws} {}
  brittle(brittle&&) noexcept = default;
  brittle(const brittle& other) : job{other.job}, breaks{other.breaks} {
    if (breaks) throw broken_item{"can't be copied"};
  }
  brittle& operator=(brittle&&) noexcept = default;
  brittle& operator=(const brittle&) = default;
  ~brittle() = default;
};

/// Every acknowledged job is among those that were done, and none has two verdicts.
void check_none_lost_is_acked(const verdicts& told, const std::vector<int>& done) {
  for (const int job : told.acked.values()) {
    INFO("job " << job);
    CHECK(std::binary_search(done.begin(), done.end(), job));
  }
  auto all = told.acked.values();
  for (const int job : told.nacked.values()) all.push_back(job);
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

/// Adds a sink that wants no more once it is told so, at its first item.
void add_stopping_sink(const ps::stream<int>& from, headcount& told_to, collected<int>& done) {
  from.sink(
      "stops",
      [&](ps::worker_context& context, int n) {
        require_arrivals(told_to, 1);
        done.push(n);
        context.stop();
      },
      ps::capacity(64), ps::blocking);
}

int pass(const int& n) { return n; }

/// Jobs of two pieces each, which a sink watches, three open at a time. What is behind the gather wants no
/// more after the first, but not before jobs that are together wait for it.
struct watched_pieces : job_graph {
  collected<int> watched;
  headcount seen;

  watched_pieces() {
    auto pieces = jobs(100, 64).scatter(
        "pieces",
        [](int n) {
          return std::vector{n, n};
        },
        ps::max_open(3));
    pieces.sink(
        "watch",
        [this](int n) {
          watched.push(n);
          seen.arrive();
        },
        ps::capacity(1));
    pieces.gather("together", [](const std::vector<ps::outcome<int>>& all) { return all.size(); })
        .sink(
            "first",
            [this](ps::worker_context& context, std::size_t) {
              require_arrivals(seen, 7);
              context.stop();
            },
            ps::capacity(1), ps::blocking);
  }
  static std::vector<int> expected() {
    std::vector<int> twice;
    for (const int n : numbers(100)) twice.insert(twice.end(), 2, n);
    return twice;
  }
};

}  // namespace

TEST_CASE("a key function that throws fails the run, and no job that it took along is acknowledged",
          "[engine][losses]") {
  for (const int bad : {0, 1, 7, 60}) {
    job_graph f;
    collected<int> done;
    f.jobs(200, 64)
        .by_key([bad](const int& n) { return n == bad ? throw broken_item{"no key"} : n; })
        .stage("keyed", &pass, ps::workers(3))
        .sink("end", [&](int n) { done.push(n); });
    CHECK(text_of<broken_item>([&] { run_to_end(f.g); }) == "no key");
    check_none_lost_is_acked(*f.told, done.sorted());
    CHECK(f.told->nacked.size() > 0);
  }
}

TEST_CASE("a piece that a gather can't copy fails the run, and its job is not acknowledged",
          "[engine][losses]") {
  job_graph f;
  collected<int> done;
  auto pieces = f.jobs(40, 64).scatter("pieces", [](int n) {
    std::vector<brittle> all;
    for (int i = 0; i < 3; ++i) all.emplace_back(n, n == 20 && i == 1);
    return all;
  });
  pieces.sink("watch", [](const brittle&) {});  // two consumers: the gather has to copy
  pieces
      .gather(
          "together",
          [](const std::vector<ps::outcome<brittle>>& all) { return all.empty() ? -1 : all.front()->job; })
      .sink("end", [&](int n) { done.push(n); });
  CHECK(text_of<broken_item>([&] { run_to_end(f.g); }) == "can't be copied");
  const auto finished = done.sorted();
  CHECK_FALSE(std::binary_search(finished.begin(), finished.end(), 20));
  check_none_lost_is_acked(*f.told, finished);
}

TEST_CASE("what one consumer throws away when it stops is not lost while another takes it",
          "[engine][losses]") {
  job_graph f;
  headcount at_once;
  at_once.arrive();
  collected<int> done;
  collected<int> of_other;
  auto jobs = f.jobs(300, 64);
  add_stopping_sink(jobs, at_once, done);
  jobs.sink("all", [&](int n) { of_other.push(n); });
  run_to_end(f.g);
  CHECK(of_other.values() == numbers(300));
  CHECK(f.told->acked.sorted() == numbers(300));
  CHECK(f.told->nacked.size() == 0);
}

TEST_CASE("what a consumer behind a fused operator throws away is not lost while another takes the items",
          "[engine][losses]") {
  job_graph f;
  headcount at_once;
  at_once.arrive();
  collected<int> done;
  auto jobs = f.jobs(300, 64);
  add_stopping_sink(jobs.map([](const int& n) { return n; }), at_once, done);
  jobs.sink("all", [](int) {});
  run_to_end(f.g);
  CHECK(f.told->acked.sorted() == numbers(300));
  CHECK(f.told->nacked.size() == 0);
}

TEST_CASE("a stage behind a merge loses what only it takes, and nothing of what another consumer takes too",
          "[engine][losses]") {
  ps::graph g{"merge of two queues"};
  auto shared_told = std::make_shared<verdicts>();
  auto own_told = std::make_shared<verdicts>();
  headcount made;
  headcount enough;
  collected<int> done;
  auto shared = g.source("shared", job_queue{200, shared_told}, ps::in_flight(64));
  // More than the sink can hold of it, so that it does not end by itself.
  auto own = g.source("own", job_queue{1000, own_told}, ps::in_flight(40)).tap([&](int) {
    made.arrive();
    if (made.count() == 40) enough.arrive();
  });
  ps::merge(shared, own.map([](int n) { return n + 1000; }))
      .sink(
          "stops",
          [&](ps::worker_context& context, int n) {
            require_arrivals(enough, 1);  // all forty are on their way here
            done.push(n);
            context.stop();
          },
          // A quarter of it belongs to each of the two edges, whatever the other has borrowed: all forty fit.
          ps::capacity(256), ps::blocking);
  collected<int> of_other;
  shared.sink("all", [&](int n) { of_other.push(n); });
  run_to_end(g);

  CHECK(of_other.values() == numbers(200));
  CHECK(shared_told->acked.sorted() == numbers(200));
  CHECK(shared_told->nacked.size() == 0);
  std::vector<int> done_of_own;
  for (const int n : done.sorted())
    if (n >= 1000) done_of_own.push_back(n - 1000);
  CHECK(done.size() == 1);
  CHECK(own_told->nacked.size() + done_of_own.size() == made.count());
  CHECK(own_told->acked.sorted() == done_of_own);
}

TEST_CASE("a gather whose consumer stops does not leave its scatter waiting for open jobs",
          "[engine][losses]") {
  watched_pieces f;
  run_to_end(f.g);
  CHECK(f.watched.sorted() == f.expected());
  CHECK(f.told->count() == 100);
}

TEST_CASE("a gather whose consumer stops loses nothing while another takes its pieces", "[engine][losses]") {
  watched_pieces f;
  run_to_end(f.g);
  CHECK(f.watched.sorted() == f.expected());
  CHECK(f.told->acked.sorted() == numbers(100));
  CHECK(f.told->nacked.size() == 0);
}

TEST_CASE("a gather whose consumer stops, and which alone takes its pieces, loses the jobs that it held",
          "[engine][losses]") {
  job_graph f;
  collected<int> done;
  headcount seen;
  f.jobs(100, 64)
      .scatter(
          "pieces",
          [](int n) {
            return std::vector{n, n};
          },
          ps::max_open(8))
      .stage("work", &pass, ps::workers(2), ps::blocking)
      .gather("together", [](const std::vector<ps::outcome<int>>& all) { return all.front().value(); })
      .sink("first ten", [&](ps::worker_context& context, int n) {
        seen.arrive();
        done.push(n);
        if (seen.count() == 10) context.stop();
      });
  run_to_end(f.g);
  CHECK(f.told->acked.sorted() == done.sorted());
  CHECK(done.size() == 10);
}

TEST_CASE("an item that fails after its stage stopped is not lost while another takes it",
          "[engine][losses]") {
  job_graph f;
  headcount both;
  auto jobs = f.jobs(50, 8);
  jobs.sink(
      "stops",
      [&](ps::worker_context& context, int n) {
        both.arrive();
        require_arrivals(both, 2);
        if (n > 0) return context.stop();
        be_slow(50ms);
        throw broken_item{"late"};
      },
      ps::workers(2), ps::blocking, ps::on_error(ps::skip()));
  jobs.sink("all", [](int) {});
  run_to_end(f.g);
  CHECK(f.told->acked.sorted() == numbers(50));
  CHECK(f.told->nacked.size() == 0);
}

TEST_CASE("a job of which only some pieces were made never comes together", "[engine][losses]") {
  job_graph f;
  headcount half;
  collected<std::size_t> together;
  auto jobs = f.jobs(2, 2);
  jobs.sink("all", [](int) {});
  jobs.scatter(
          "pieces",
          [&](ps::worker_context& context, int job) -> ps::generator<int> {
            return [](ps::worker_context& of, int number, headcount& made) -> ps::generator<int> {
              if (number == 1) {
                require_arrivals(made, 1);
                of.stop();
                co_return;
              }
              for (int i = 0; i < 1000; ++i) {
                if (i == 5) made.arrive();
                co_yield i;
              }
            }(context, job, half);
          },
          ps::workers(2), ps::max_open(2), ps::blocking)
      .stage("pass", &pass, ps::capacity(4))
      .gather("together",
              [&](const std::vector<ps::outcome<int>>& all) {
                together.push(all.size());
                return all.size();
              })
      .sink("end", [](std::size_t) {});
  run_to_end(f.g);
  for (const auto size : together.values()) CHECK((size == 0 || size == 1000));
  CHECK(f.told->acked.sorted() == numbers(2));
}
