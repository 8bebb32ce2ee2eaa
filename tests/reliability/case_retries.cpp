#include <cstdint>
#include <memory>
#include <ostream>
#include <stdexcept>

#include <penstock/penstock.hpp>

#include "harness.hpp"
#include "jobs.hpp"

namespace reliability {

namespace ps = penstock;

namespace {

struct stumble : std::runtime_error {
  stumble() : std::runtime_error{"stumbled"} {}
};

/// Keeps the processor busy for about a microsecond.
std::uint32_t one_microsecond(std::uint32_t seed) {
  for (int i = 0; i < 700; ++i) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    asm volatile("" : "+r"(seed));
  }
  return seed;
}

struct outcome {
  std::shared_ptr<job_book> book;
  double seconds;
};

outcome run_once(std::uint32_t jobs, bool stumbles) {
  const auto book = std::make_shared<job_book>(jobs);
  ps::graph g{"retries"};
  g.source("jobs", book_source{book})
      .stage(
          "work",
          [stumbles](ps::worker_context& context, const std::uint32_t& job) {
            static_cast<void>(one_microsecond(job));
            if (stumbles && job % 100 == 7 && context.attempt() == 1) throw stumble{};
            return job;
          },
          ps::workers(2), ps::per_core, ps::on_error(ps::retry(1, std::chrono::milliseconds{0})))
      .sink("end", [book](std::uint32_t job) { book->done(job); });
  ps::runtime rt{ps::runtime_options{}};
  const auto began = steady::now();
  rt.start(g).wait();
  return {book, seconds_since(began)};
}

}  // namespace

/// Every hundredth item throws once and is tried again.
reliability_case retries_case() {
  return {"retries", [](const settings& wanted, std::ostream&) -> std::vector<finding> {
            const std::uint32_t jobs = wanted.short_form ? 50'000 : 1'000'000;
            const unsigned runs = wanted.short_form ? 1 : 5;
            double lost = 0;
            double early = 0;
            double twice = 0;
            std::vector<double> ratios;
            for (unsigned i = 0; i < runs; ++i) {
              const outcome clean = run_once(jobs, false);
              const outcome faulty = run_once(jobs, true);
              ratios.push_back(clean.seconds / faulty.seconds);
              const job_book& book = *faulty.book;
              lost += static_cast<double>(book.without_effect() + book.without_verdict() + book.refused());
              early += static_cast<double>(book.acked_early());
              twice += static_cast<double>(book.judged_twice() + book.done_twice());
            }
            const double ratio = median(ratios);
            return {exactly("lost", lost, 0, "jobs"), exactly("acked early", early, 0, "jobs"),
                    exactly("judged or done twice", twice, 0, "jobs"),
                    wanted.short_form ? shown("throughput, of the clean run's", ratio, "")
                                      : at_least("throughput, of the clean run's", ratio, 0.9, "")};
          }};
}

}  // namespace reliability
