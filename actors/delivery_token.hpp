#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include <penstock/actors/actor.hpp>
#include <penstock/messages/token.hpp>

namespace penstock {

class delivery_token;

/// Deliveries that are settled, on their way to their source. The tokens themselves are the list, so that a
/// verdict takes no memory however many come at once. Any thread puts; one takes.
class settled_deliveries final : public ref_counted {
 public:
  explicit settled_deliveries(address source) : source_{std::move(source)} {}
  ~settled_deliveries() override;

  /// Owns the token from now on. Its source is told if it has none to look at yet.
  void put(delivery_token* settled) noexcept;
  /// All of them, the earliest first; whoever takes them deletes each. Null: there are none.
  delivery_token* take() noexcept;

 private:
  address source_;
  std::atomic<delivery_token*> latest_{nullptr};
};

/// One delivery of a job: tells its source when all that came of it is settled.
class delivery_token final : public token {
 public:
  /// `born`: ns, 0 where nobody wants to know.
  delivery_token(ref<settled_deliveries> verdicts, std::uint64_t job, std::int64_t born = 0)
      : verdicts_{std::move(verdicts)}, job_{job}, born_{born} {}

  std::uint64_t job() const override { return job_ + 1; }
  std::int64_t born() const override { return born_; }

  // For the source, once it is settled.

  std::uint64_t number() const { return job_; }
  /// Why it is flagged. Once.
  std::string reason() {
    std::string told = take_reason();
    if (flagged() && told.empty()) told = "it was lost";  // there was no memory for the words
    return told;
  }
  delivery_token* next() const { return next_; }

 private:
  friend class settled_deliveries;

  void last_owner_left() noexcept override;

  ref<settled_deliveries> verdicts_;  ///< null once it is among them
  delivery_token* next_ = nullptr;
  std::uint64_t job_;
  std::int64_t born_;
};

}  // namespace penstock
