#include <penstock/actors/delivery_token.hpp>

#include <exception>

namespace penstock {

settled_deliveries::~settled_deliveries() {
  for (auto* each = take(); each != nullptr;) delete std::exchange(each, each->next_);
}

void settled_deliveries::put(delivery_token* settled) noexcept {
  auto* before = latest_.load(std::memory_order_relaxed);
  do {
    settled->next_ = before;
  } while (
      !latest_.compare_exchange_weak(before, settled, std::memory_order_release, std::memory_order_relaxed));
  if (before == nullptr) source_->post(deliveries_settled{});
}

delivery_token* settled_deliveries::take() noexcept {
  delivery_token* first = nullptr;
  auto* each = latest_.exchange(nullptr, std::memory_order_acquire);
  while (each != nullptr) {
    auto* const before = std::exchange(each->next_, first);
    first = std::exchange(each, before);
  }
  return first;
}

void delivery_token::last_owner_left() noexcept {
  // A token that an exception takes along is of a job that nobody has finished.
  if (std::uncaught_exceptions() > 0) flag("it was lost");  // short enough to need no memory
  const auto verdicts = std::move(verdicts_);
  verdicts->put(this);
}

}  // namespace penstock
