#pragma once

// A source of jobs that is told what became of each, for the tests of acknowledgement.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine_support.hpp"

namespace penstock_test {

/// What became of each job. Any thread.
struct verdicts {
  collected<int> acked;
  collected<int> nacked;
  collected<std::string> reasons;
  collected<std::string> story;  ///< in order: "did N", "ack N", "nack N"

  std::size_t count() const { return acked.size() + nacked.size(); }
};

/// A queue of the jobs 0 to n - 1 that wants to hear of each.
class job_queue {
 public:
  job_queue(int n, std::shared_ptr<verdicts> told) : left_{n}, told_{std::move(told)} {}

  std::optional<int> operator()() {
    if (next_ == left_) return std::nullopt;
    return next_++;
  }
  void ack(const int& job) {
    told_->acked.push(job);
    told_->story.push("ack " + std::to_string(job));
  }
  void nack(const int& job, const std::string& reason) {
    told_->nacked.push(job);
    told_->reasons.push(reason);
    told_->story.push("nack " + std::to_string(job));
  }

 private:
  int next_ = 0;
  int left_;
  std::shared_ptr<verdicts> told_;
};

/// A graph that works on jobs of such queues, which share their verdicts.
struct job_graph {
  std::shared_ptr<verdicts> told = std::make_shared<verdicts>();
  ps::graph g{"jobs"};

  ps::stream<int> jobs(int n) { return g.source("queue", job_queue{n, told}); }
  ps::stream<int> jobs(int n, int in_flight) {
    return g.source("queue", job_queue{n, told}, ps::in_flight(in_flight));
  }
};

}  // namespace penstock_test
