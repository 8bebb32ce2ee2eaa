#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include <penstock/actors/body.hpp>

namespace penstock {

/// Passes items on as they are: for stages that exist for their fused operators alone.
class identity_body final : public body {
 public:
  static std::unique_ptr<body> make() { return std::make_unique<identity_body>(); }

  void run(body_work& work, worker_context&) override {
    const auto count = std::min(work.in.size(), work.room);
    work.out = work.in.split_front(count);
    work.one_each = true;
  }
};

}  // namespace penstock
