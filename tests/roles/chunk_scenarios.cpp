// Jobs in chunks that isolated workers take.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <penstock/messages/codec.hpp>

#include "scenarios.hpp"

namespace role_program {

namespace {

/// Ends after the last verdict on its jobs, the numbers from 1 to 500.
struct job_queue {
  struct ledger {
    std::set<int> done;
    int given = 0;
    int verdicts = 0;
  };
  std::shared_ptr<ledger> book = std::make_shared<ledger>();

  std::optional<int> operator()(ps::source_context& context) {
    if (book->given < 500) return ++book->given;
    if (book->verdicts == book->given) return std::nullopt;
    context.needs_verdicts();
    return context.not_yet();
  }
  void ack(const int& job) {
    ++book->verdicts;
    book->done.insert(job);
  }
  void nack(const int&, const std::string&) { ++book->verdicts; }
};

/// Chunks go to other processes and back, some of which end at the first attempt.
int chunks(ps::runtime& rt, const words&) {
  ps::graph g{"chunks"};
  const job_queue queue;
  std::size_t most = 0;
  std::size_t items = 0;
  g.source("jobs", queue, ps::in_flight(50))
      .chunk("sevens", 7)
      .stage(
          "work",
          [](ps::worker_context& context, const std::vector<int>& chunk) {
            if (chunk.front() % 5 == 0 && context.attempt() == 1) raise(SIGKILL);
            return std::optional{chunk};
          },
          ps::isolated, ps::workers(2), ps::restarts(1000), ps::on_error(ps::retry(5)))
      .sink("end", [&](const std::vector<int>& chunk) {
        most = std::max(most, chunk.size());
        items += chunk.size();
      });
  const int code = rt.run(g);
  std::cout << "items " << items << " done " << queue.book->done.size() << " at most " << most << std::endl;
  return code;
}

}  // namespace

scenarios chunk_scenarios() { return {{"chunks", chunks}}; }

}  // namespace role_program
