#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <penstock/actors/actor.hpp>
#include <penstock/actors/source_body.hpp>

namespace penstock {

/// Extends the leases of a source's deliveries, three times within the time that they last. It has a thread
/// of its own, so that no body holds it up, not even the source's while it waits for its origin. Ends with
/// `finish_worker`.
class lease_keeper final : public actor_logic {
 public:
  lease_keeper(std::shared_ptr<source_body> body, environment& env, run_state& run, const std::string& source,
               address told)
      : body_{std::move(body)},
        interval_{std::max<std::int64_t>(body_->lease().count() / 3, 1)},
        env_{env},
        run_{run},
        source_{source},
        told_{std::move(told)} {}

  void set_self(address self) { self_ = std::move(self); }

  void receive(message& m) override;
  after_turn turn() override;
  /// No memory, for instance. It does not try at once, or it would keep a core busy until there is some: its
  /// reminder is set already.
  void broke(const std::exception_ptr&) noexcept override {}

 private:
  void extend();

  std::shared_ptr<source_body> body_;
  std::int64_t interval_;  ///< ns
  environment& env_;
  run_state& run_;
  const std::string& source_;
  address told_;
  address self_;
  int since_abort_ = 0;  ///< times that it extended although the run is being aborted
  bool due_ = false;
  bool reminded_ = false;  ///< the next round's message is on its way
  bool over_ = false;
};

}  // namespace penstock
