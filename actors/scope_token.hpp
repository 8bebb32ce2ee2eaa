#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/scope.hpp>

namespace penstock {

/// What one scatter and its gather share: how many jobs are open between them. Any thread.
class scope_pair : public ref_counted {
 public:
  address scatter;
  address gather;
  /// Apart, as scopes lie in the mailbox of the gather that is named here.
  ref<scope_terms> terms = make_ref<scope_terms>();
  std::atomic<std::int64_t> open{0};
  std::atomic<bool> over{false};  ///< the gather has ended and closes nothing any more
};

/// The token of a scattered job's pieces: when the last of them is settled, the gather is told.
class scope_token final : public token {
 public:
  scope_token(ref<scope_pair> pair, ref<token> parent)
      : pair_{std::move(pair)}, of_{make_ref<scope>(std::move(parent), pair_->terms)} {
    pair_->open.fetch_add(1);
  }

  scope& of() { return *of_; }
  std::uint64_t job() const override { return of_->parent() ? of_->parent()->job() : 0; }
  std::int64_t born() const override { return of_->parent() ? of_->parent()->born() : 0; }
  void name_jobs(std::vector<std::uint64_t>& to) const override {
    if (of_->parent()) of_->parent()->name_jobs(to);
  }

 private:
  void last_owner_left() noexcept override {
    if (flagged()) {
      of_->mark_lost();
      if (of_->parent()) of_->parent()->flag({take_reason(), unwanted()});
    }
    pair_->gather->post(scope_closed{of_});
    delete this;
  }

  ref<scope_pair> pair_;
  ref<scope> of_;
};

/// Flags the delivery that an item came of, however deeply it was scattered. Its pieces still count as
/// complete.
inline void flag_delivery(token* of, const std::string& reason) {
  while (auto* piece = dynamic_cast<scope_token*>(of)) of = piece->of().parent().get();
  if (of != nullptr) of->flag(reason);
}

}  // namespace penstock
