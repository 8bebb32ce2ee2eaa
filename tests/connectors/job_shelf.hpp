#pragma once

// A queue of numbers in memory: what a run asks and tells is counted.

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <penstock/connectors/job_queue_error.hpp>
#include <penstock/connectors/job_source.hpp>
#include <penstock/penstock.hpp>

namespace penstock_test {

namespace ps = penstock;

/// Any thread.
struct shelf {
  std::mutex mutex;
  std::deque<int> queued;
  std::map<std::string, int> out;
  std::vector<int> done;
  std::vector<int> refused;
  std::uint64_t unreadable = 0;
  std::size_t most_out = 0;
  int exchanges = 0;
  bool away = false;

  void fill(int count) {
    for (int i = 0; i < count; ++i) queued.push_back(i);
  }
};

class shelf_store final : public ps::job_store {
 public:
  explicit shelf_store(std::shared_ptr<shelf> of) : of_{std::move(of)} {}

  ps::exchange_result exchange(std::span<const ps::job_verdict> verdicts,
                               const ps::take_order* wanted) override {
    const std::lock_guard lock{of_->mutex};
    if (of_->away) throw ps::job_queue_error{"shelf", "away", ps::job_queue_error::kind::passing};
    ++of_->exchanges;
    for (const auto& each : verdicts) settle(each);
    ps::exchange_result answer;
    if (wanted == nullptr) return answer;
    while (!of_->queued.empty() && answer.jobs.size() < wanted->most) {
      const int job = of_->queued.front();
      of_->queued.pop_front();
      of_->out[std::to_string(job)] = job;
      answer.jobs.push_back({{std::to_string(job), 1}, ps::detail::stored(job), 0});
    }
    of_->most_out = std::max(of_->most_out, of_->out.size());
    answer.empty = answer.jobs.empty() && of_->out.empty();
    answer.unreadable = of_->unreadable;
    return answer;
  }

  std::vector<ps::job_receipt> extend(std::span<const ps::job_receipt>, std::chrono::nanoseconds) override {
    return {};
  }
  void on_change(std::function<void()>) override {}

  // It is asked for nothing one by one.
  ps::take_result take(const ps::delivery_rules&) override { return {}; }
  bool ack(const ps::job_receipt&) override { return false; }
  bool nack(const ps::job_receipt&, const std::string&) override { return false; }
  bool bury(const ps::job_receipt&, const std::string&) override { return false; }

 private:
  void settle(const ps::job_verdict& verdict) {
    const int job = of_->out.at(verdict.delivery.job);
    of_->out.erase(verdict.delivery.job);
    if (verdict.is == ps::job_fate::acked) {
      of_->done.push_back(job);
    } else {
      of_->refused.push_back(job);
    }
  }

  std::shared_ptr<shelf> of_;
};

class shelf_queue final : public ps::job_source<int> {
 public:
  explicit shelf_queue(const std::shared_ptr<shelf>& of, ps::queue_settings settings = {})
      : ps::job_source<int>{"shelf", settings, [of] { return std::make_unique<shelf_store>(of); }} {}
};

inline ps::queue_settings ending() {
  ps::queue_settings made;
  made.until_empty = true;
  return made;
}

}  // namespace penstock_test
