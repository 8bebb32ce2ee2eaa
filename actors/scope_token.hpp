#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/scope.hpp>

namespace penstock {

/// What one scatter and its gather share: how many jobs are open between them. Any thread.
class scope_pair : public ref_counted {
 public:
  address scatter;
  address gather;
  std::atomic<std::int64_t> open{0};
};

/// The token of a scattered job's pieces: when the last of them is settled, the gather is told.
class scope_token final : public token {
 public:
  scope_token(ref<scope_pair> pair, ref<token> parent)
      : pair_{std::move(pair)}, of_{make_ref<scope>(std::move(parent))} {
    pair_->open.fetch_add(1);
  }

  scope& of() { return *of_; }

 private:
  void settled() noexcept override {
    if (flagged() && of_->parent()) of_->parent()->flag(reason());
    pair_->gather->post(scope_closed{of_});
  }

  ref<scope_pair> pair_;
  ref<scope> of_;
};

}  // namespace penstock
