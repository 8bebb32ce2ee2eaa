// What the guide promises of jobs that lie in chunks, over pools, keys and ways to end: each that was given
// out has one verdict, and is done only if its chunk is.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <penstock/messages/codec.hpp>
#include <penstock_test/catch.hpp>

#include "engine_support.hpp"
#include "job_queue.hpp"

namespace ps = penstock;
using namespace penstock_test;

namespace {

constexpr int jobs_there = 200;

enum class way { ends, ends_after_verdicts, stays_and_drains, stays_and_aborts, sink_fails, sink_stops };

/// Counts what it gave out, and behaves at its end as the way says.
struct counted_queue {
  job_queue jobs;
  std::shared_ptr<verdicts> told;
  std::shared_ptr<headcount> given;
  way at_end;

  std::optional<int> operator()(ps::source_context& context) {
    if (auto next = jobs()) {
      given->arrive();
      return next;
    }
    if (at_end == way::stays_and_drains || at_end == way::stays_and_aborts) return context.not_yet();
    if (at_end != way::ends_after_verdicts || told->count() == given->count()) return std::nullopt;
    context.needs_verdicts();
    return context.not_yet();
  }
  void ack(const int& job) { jobs.ack(job); }
  void nack(const int& job, const std::string& reason) { jobs.nack(job, reason); }
};

template <class Stream, class... Options>
void add_pools(Stream from, bool keyed, std::chrono::nanoseconds delay, way how, collected<int>& done,
               headcount& chunks_done, Options... options) {
  const auto same = from.stage(
      "before", [](int n) { return n; }, options...);
  const auto key = [](int n) { return n % 5; };
  const auto small = ps::max_held(30);
  const auto made = keyed ? (delay.count() > 0 ? same.by_key(key).chunk("rows", 7, delay, small)
                                               : same.by_key(key).chunk("rows", 7, small))
                          : (delay.count() > 0 ? same.chunk("rows", 7, delay) : same.chunk("rows", 7));
  made.stage(
          "behind", [](std::vector<int> chunk) { return std::optional{std::move(chunk)}; }, options...)
      .sink(
          "sink",
          [&done, &chunks_done, how](ps::worker_context& context, const std::vector<int>& chunk) {
            if (how == way::sink_fails && chunks_done.count() >= 3) throw broken_item{"enough"};
            for (const int n : chunk) done.push(n);
            chunks_done.arrive();
            if (how == way::sink_stops && chunks_done.count() >= 3) context.stop();
          },
          options...);
}

}  // namespace

TEST_CASE(
    "every job in chunks has one verdict, and is done only if its chunk is, in all pools and at every end",
    "[engine][chunk]") {
  for (const way how : {way::ends, way::ends_after_verdicts, way::stays_and_drains, way::stays_and_aborts,
                        way::sink_fails, way::sink_stops}) {
    for (const bool keyed : {false, true}) {
      for (const auto delay : {0ns, std::chrono::nanoseconds{1h}}) {
        for (int pool = 0; pool < 4; ++pool) {
          INFO("way " << static_cast<int>(how) << ", keyed " << keyed << ", delay " << delay.count()
                      << ", pool " << pool);
          const auto told = std::make_shared<verdicts>();
          const auto given = std::make_shared<headcount>();
          collected<int> done;
          headcount chunks_done;
          ps::graph g{"promised"};
          const auto from = g.source("queue", counted_queue{job_queue{jobs_there, told}, told, given, how},
                                     ps::in_flight(60));
          if (pool == 0) add_pools(from, keyed, delay, how, done, chunks_done);
          if (pool == 1) add_pools(from, keyed, delay, how, done, chunks_done, ps::workers(3));
          if (pool == 2) add_pools(from, keyed, delay, how, done, chunks_done, ps::workers(3), ps::blocking);
          if (pool == 3) add_pools(from, keyed, delay, how, done, chunks_done, ps::workers(2), ps::per_core);
          ps::runtime_options quiet;
          quiet.log_level = "quiet";
          ps::runtime rt{quiet};
          ps::run r = rt.start(g);
          if (how == way::stays_and_drains || how == way::stays_and_aborts) REQUIRE(chunks_done.await(3));
          if (how == way::stays_and_drains) r.drain();
          if (how == way::stays_and_aborts) r.abort();
          if (how == way::stays_and_aborts || how == way::sink_fails) {
            CHECK_THROWS(r.wait());
          } else {
            r.wait();
          }
          auto all = told->acked.values();
          const auto refused = told->nacked.values();
          all.insert(all.end(), refused.begin(), refused.end());
          std::sort(all.begin(), all.end());
          CHECK(all == numbers(static_cast<int>(given->count())));
          const auto finished = done.sorted();
          const auto acked = told->acked.sorted();
          CHECK(std::includes(finished.begin(), finished.end(), acked.begin(), acked.end()));
          const bool whole =
              how == way::ends || how == way::ends_after_verdicts || how == way::stays_and_drains;
          if (whole) CHECK(refused.empty());
        }
      }
    }
  }
}
