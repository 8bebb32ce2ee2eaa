#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <penstock/actors/worker.hpp>
#include <penstock/runtime/typed_body.hpp>

namespace penstock_test {

namespace ps = penstock;

/// A worker with its plan.
struct worker_bench {
  template <class In, class F>
  static std::unique_ptr<worker_bench> of(F f) {
    auto made = std::make_unique<worker_bench>();
    made->plan.stage = "work";
    made->plan.make_body = ps::detail::body_maker<In>(std::move(f));
    return made;
  }

  ps::piece_report run(ps::batch items, std::uint32_t room = 1000, std::uint64_t sequence = 0) {
    ps::piece work;
    work.items = std::move(items);
    work.reserved = room;
    work.sequence = sequence;
    return at_work().run(std::move(work));
  }
  ps::worker& at_work() {
    if (!worker_) {
      worker_.emplace(plan, state, 5U);
      started = worker_->start();
    }
    return *worker_;
  }

  ps::work_plan plan;
  ps::run_state state;
  std::exception_ptr started;

 private:
  std::optional<ps::worker> worker_;
};

}  // namespace penstock_test
