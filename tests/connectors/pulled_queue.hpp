#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <penstock/connectors/job_puller.hpp>
#include <penstock/connectors/job_queue_error.hpp>

#include "queue_support.hpp"

namespace penstock_test {

/// What a store was told, and whether it can be reached.
struct far_away {
  bool away = false;
  bool broken = false;
  std::string broken_job;  ///< nobody can be told anything of this one
  bool unsure = false;
  bool ours = true;
  int opened = 0;
  int jobs = 0;
  bool empty = true;  ///< where there are no jobs: none are out either
  bool held_up = false;
  std::uint64_t delivery = 1;  ///< of the next one
  std::string suspect;         ///< is given alone
  std::size_t bytes = 0;       ///< of each job
  int exchanges = 0;
  std::vector<std::uint32_t> wished;  ///< jobs, in each exchange that took some
  std::vector<std::string> readers;
  std::uint64_t unreadable = 0;
  std::vector<std::string> told;
  std::function<void()> while_extending;
  std::function<void()> once_told;  ///< the verdicts of an exchange have arrived

  void check() const {
    if (broken) throw ps::job_queue_error{"test", "no such table"};
    if (away) throw ps::job_queue_error{"test", "away", ps::job_queue_error::kind::passing};
  }
};

class far_store final : public ps::job_store {
 public:
  explicit far_store(far_away& there) : there_{there} {}

  ps::exchange_result exchange(std::span<const ps::job_verdict> verdicts,
                               const ps::take_order* wanted) override {
    ++there_.exchanges;
    there_.check();
    for (const auto& each : verdicts) {
      if (each.delivery.job == there_.broken_job)
        throw ps::job_queue_error{"test", "its facts make no sense"};
    }
    ps::exchange_result answer;
    for (const auto& each : verdicts) {
      if (!tell(text_of(each))) answer.late.push_back(each.delivery);
    }
    if (const auto act = std::exchange(there_.once_told, nullptr)) act();
    if (wanted == nullptr) return answer;
    there_.wished.push_back(wanted->most);
    there_.readers.push_back(wanted->reader);
    while (there_.jobs > 0 && answer.jobs.size() < wanted->most) {
      const auto job = std::to_string(there_.jobs);
      if (job == there_.suspect && !answer.jobs.empty()) break;
      answer.jobs.push_back({{job, there_.delivery}, {{}, std::string(there_.bytes, 'x'), {}}, 0});
      --there_.jobs;
      if (job == there_.suspect) break;
    }
    if (!answer.jobs.empty()) return answer;
    answer.again_in = 7s;
    answer.empty = there_.empty;
    answer.held_up = there_.held_up;
    answer.unreadable = there_.unreadable;
    return answer;
  }
  // It is asked for nothing one by one.
  ps::take_result take(const ps::delivery_rules&) override { return {}; }
  bool ack(const ps::job_receipt&) override { return false; }
  bool nack(const ps::job_receipt&, const std::string&) override { return false; }
  bool bury(const ps::job_receipt&, const std::string&) override { return false; }

  bool is_unsure() const override { return there_.unsure; }
  void give_back_unsure() override {
    if (!there_.unsure) return;
    tell("give back");
    there_.unsure = false;
  }
  std::vector<ps::job_receipt> extend(std::span<const ps::job_receipt> deliveries,
                                      std::chrono::nanoseconds) override {
    std::string all = "extend";
    for (const auto& each : deliveries) all += " " + each.job;
    const bool ours = tell(all) && !there_.while_extending;
    if (const auto act = std::exchange(there_.while_extending, nullptr)) act();
    if (ours) return {};
    return {deliveries.begin(), deliveries.end()};
  }
  void on_change(std::function<void()>) override {}

 private:
  static std::string text_of(const ps::job_verdict& verdict) {
    switch (verdict.is) {
      case ps::job_fate::acked:
        return "ack " + verdict.delivery.job;
      case ps::job_fate::nacked:
        return "nack " + verdict.delivery.job + " " + verdict.reason;
      case ps::job_fate::buried:
        return "bury " + verdict.delivery.job + " " + verdict.reason;
      case ps::job_fate::unreadable:
        return "unreadable " + verdict.delivery.job + " " + verdict.reason;
    }
    return "?";
  }

  bool tell(const std::string& what) {
    there_.check();
    there_.told.push_back(what);
    return there_.ours;
  }

  far_away& there_;
};

struct pulled_queue {
  far_away there;
  std::ostringstream log;
  std::chrono::nanoseconds now{};
  int woken = 0;
  ps::queue_settings settings;
  std::string reader;

  ps::job_puller make() {
    auto logger =
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
    return {"test",
            settings,
            [this]() -> std::unique_ptr<ps::job_store> {
              ++there.opened;
              there.check();
              return std::make_unique<far_store>(there);
            },
            {logger, [this] { ++woken; }, [] { return 0.5; }, [this] { return now; }},
            reader};
  }
};

using told = std::vector<std::string>;

}  // namespace penstock_test
